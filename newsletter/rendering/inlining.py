"""CSS into `style` attributes: premailer, with every guard it needs.

Premailer takes 10 to 40 ms a newsletter: inline once a rendition, never once a reader.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

from newsletter.errors import RenderError

IGNORE_MARK = ' data-premailer="ignore"'
# Premailer drops a doctype that is not written as libxml2 writes it; without one, quirks mode.
_DOCTYPE = re.compile(r"\A\s*<!doctype html\s*>", re.IGNORECASE)
_LEFT_MARK = re.compile(rf"(<style\b[^>]*?){IGNORE_MARK}")
# MRML's own resets: each element that needs them has them already, as in MJML. Copied into
# every cell they would only add weight, some 5 KB to a letter of 40.
_RESETS = re.compile(r'<style type="text/css"(?=>\s*#outlook a\b)')
# Outlook reads these as numbers; premailer would write `100%` over them.
_KEPT_ATTRIBUTES = ["width", "height", "align", "valign", "bgcolor"]


def inline_css(html: str) -> str:
    """Copy the rules of every `<style>` into the elements they match; keep the blocks.

    Phones need the blocks (breakpoints, dark mode), and many clients need the copies.
    Nothing is fetched: neither style sheets behind `<link>` nor those behind `@import`.

    Args:
        html: a whole document as `compile_mjml` makes it.

    Returns:
        The document with `style` attributes. Blocks marked
        `<style data-premailer="ignore">` are kept and not copied; the mark is removed.

    Raises:
        RenderError: CSS or HTML that can not be read at all.
    """
    source = _RESETS.sub(rf"\g<0>{IGNORE_MARK}", _DOCTYPE.sub("<!DOCTYPE html>", html))
    premailer = _premailer(source)
    premailer._parse_style_rules = _rules
    try:
        inlined = premailer.transform(pretty_print=False)
    except Exception as error:  # whatever cssselect, cssutils and lxml raise
        raise RenderError(
            f"The CSS could not be copied into the HTML: {error}. Look at mj-style in the layout."
        ) from error
    return _LEFT_MARK.sub(r"\1", str(inlined))


def _premailer(html: str) -> Any:
    from premailer import Premailer  # brings much along, and most commands render nothing

    premailer = Premailer(
        html,
        allow_network=False,
        strip_important=False,
        keep_style_tags=True,
        disable_basic_attributes=_KEPT_ATTRIBUTES,
        align_floating_images=False,
        remove_unset_properties=False,
        include_star_selectors=True,
        disable_validation=True,
        cssutils_logging_level=logging.CRITICAL,
    )
    premailer._parse_css_string = _parsed  # its own follows @import in spite of allow_network
    return premailer


@lru_cache(maxsize=64)
def _rules(css: str, position: int) -> Any:
    """The rules of a style block, read once: a quarter of the work, and letters share them."""
    return _premailer("")._parse_style_rules(css, position)


@lru_cache(maxsize=64)
def _parsed(css: str, validate: bool) -> Any:
    import cssutils

    return cssutils.CSSParser(fetcher=_nothing).parseString(css, validate=validate)


def _nothing(url: str) -> tuple[str, bytes]:
    """What stands behind any `@import`, as far as inlining is concerned."""
    return "utf-8", b""
