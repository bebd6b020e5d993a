"""MJML to HTML through MRML, with every guard it needs."""

from __future__ import annotations

import re

from mjml import mjml2html


def compile_mjml(source: str, *, lang: str = "en") -> str:
    """Compile a whole MJML document to HTML."""
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip()
    text = re.sub(r"<mjml(?![^>]*\slang=)", f'<mjml lang="{lang}"', text, count=1)
    try:
        html = mjml2html(text)
    except ValueError as error:
        from newsletter.errors import Place, Problem, TemplateError

        raise TemplateError([Problem(Place("<mjml>"), str(error))]) from error
    return re.sub(r"\A<!doctype html>", "<!DOCTYPE html>", html)
