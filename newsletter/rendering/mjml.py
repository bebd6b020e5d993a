"""MJML to HTML: validated, guarded, compiled by MRML.

MRML takes half a millisecond a newsletter and renders every official template, but it
drops what it does not know, damages attribute values and differs from MJML in details.
`validator` and `guards` stand before it; nothing here reads a file or the network.

- `compile_mjml` takes MJML source.
- `compile_composed` takes what `templates.render_template` composed, and tells problems
  with the template's own file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from mjml import mjml2html

from newsletter.errors import Place, Problem, TemplateError
from newsletter.rendering.composing import ComposedSource
from newsletter.rendering.guards import guard
from newsletter.rendering.markup import Lines, normalised, scan
from newsletter.rendering.nesting import Fault
from newsletter.rendering.validator import faults

_DOCTYPE = re.compile(r"\A<!doctype html>", re.IGNORECASE)
# Half pixels in an attribute: MJML cuts them off, MRML does not, and Outlook can not read them.
_FRACTION = re.compile(r'(<(?:img|table|td)\b[^<>]*\swidth="\d+)\.\d+(?=(?:px)?")')
Locate = Callable[[int], Place]
_POSITION = re.compile(r" in root template( at position \d+:\d+)?")


def compile_mjml(source: str, *, lang: str = "en", name: str = "<mjml>") -> str:
    """Compile a whole MJML document.

    Args:
        source: MJML 4, from `<mjml>` to `</mjml>`; any newlines, with or without BOM.
        lang: the language (BCP 47) when `<mjml lang>` says none.
        name: what the source is called in messages.

    Returns:
        An HTML document that begins with `<!DOCTYPE html>`; its CSS is not yet inlined.

    Raises:
        TemplateError: all that is wrong, each with its line.
    """
    text = normalised(source)
    return _compile(text, lang, name, lambda: partial(_line_of, name, Lines(text)))


def compile_composed(composed: ComposedSource, *, lang: str = "en") -> str:
    """Compile what a template made; as `compile_mjml`, but problems name template lines.

    Raises:
        TemplateError: all that is wrong, each with file and line of the template that
            wrote it.
    """
    return _compile(composed.text, lang, composed.template.path, lambda: composed.places().at)


def _compile(text: str, lang: str, name: str, places: Callable[[], Locate]) -> str:
    """Compile normalised text; `places` is asked for the way to tell a place only on need."""
    tokens = list(scan(text))
    if wrong := faults(text, tokens):
        locate = places()
        raise TemplateError({_problem(fault, locate) for fault in wrong})
    html = _DOCTYPE.sub("<!DOCTYPE html>", _mrml(guard(text, tokens, lang), name))
    return _FRACTION.sub(r"\1", html)


def _line_of(name: str, lines: Lines, offset: int) -> Place:
    return Place(name, lines.at(offset))


def _problem(fault: Fault, locate: Locate) -> Problem:
    return Problem(locate(fault.offset), fault.message, fault.hint)


def _mrml(source: str, name: str) -> str:
    try:
        return mjml2html(source)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the Rust side is no Exception
        reason = _POSITION.sub("", str(error))
        problem = Problem(Place(name), f"The MJML compiler stopped: {reason}.")
        raise TemplateError([problem]) from error
