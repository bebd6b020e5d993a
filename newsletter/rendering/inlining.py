"""CSS into `style` attributes: premailer with every guard it needs.

Premailer takes 20 to 40 ms a newsletter: inline once a rendition, never once a reader.
"""

from __future__ import annotations

import logging
import re

from premailer import Premailer

_DOCTYPE = re.compile(r"\A\s*<!doctype html[^>]*>", re.IGNORECASE)
_DOCTYPE_AS_PREMAILER_KEEPS_IT = "<!DOCTYPE html>"
_ATTRIBUTES_OUTLOOK_NEEDS = ["width", "height", "align", "valign", "bgcolor"]


def inline_css(html: str) -> str:
    """Copy the rules of every `<style>` into the elements they match; keep the blocks.

    Args:
        html: a whole document as `compile_mjml` makes it.

    Returns:
        The document with `style` attributes. Blocks marked
        `<style data-premailer="ignore">` are kept and not copied; the mark is removed.
    """
    source = _DOCTYPE.sub(_DOCTYPE_AS_PREMAILER_KEEPS_IT, html)
    premailer = Premailer(
        source,
        allow_network=False,
        strip_important=False,
        keep_style_tags=True,
        disable_basic_attributes=_ATTRIBUTES_OUTLOOK_NEEDS,
        align_floating_images=False,
        remove_unset_properties=False,
        disable_validation=True,
        cssutils_logging_level=logging.CRITICAL,
    )
    return str(premailer.transform(pretty_print=False))
