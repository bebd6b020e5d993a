"""Looks at HTML after inlining, in production too: a damaged rendition is never sent.

`check_inlined` takes under a millisecond and runs for every rendition. `check_stable` inlines
a second time (10 to 40 ms), so only tests run it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from newsletter.errors import RenderError
from newsletter.rendering.inlining import IGNORE_MARK, inline_css

_DOCTYPE = "<!DOCTYPE html>"
_MEDIA = re.compile(r"@media\b[^{}]*\{")
_BRACE = re.compile("[{}]")
_IGNORED = re.compile(rf"<style\b[^>]*?{IGNORE_MARK}[^>]*>.*?</style>", re.DOTALL)


def check_inlined(compiled: str, inlined: str, tokens: Iterable[str] = ()) -> None:
    """Compare a document before and after `inline_css`.

    Args:
        compiled: what `compile_mjml` made.
        inlined: what `inline_css` made of it.
        tokens: the merge tags' tokens that may occur in it.

    Raises:
        RenderError: the doctype is gone, or a conditional comment, an `@media`, an
            `!important` in one, or a merge tag does not occur as often as before.
    """
    told = [*_doctype(inlined), *_counts(compiled, inlined), *_tokens(compiled, inlined, tokens)]
    if told:
        raise RenderError(f"Inlining the CSS damaged the letter: {'; '.join(told)}.")


def check_stable(compiled: str, inlined: str) -> None:
    """See that inlining a second time changes nothing.

    Raises:
        RenderError: it does, so that the first time can not have been complete.
    """
    marked = inlined
    for block in _IGNORED.findall(compiled):
        marked = marked.replace(block.replace(IGNORE_MARK, "", 1), block, 1)
    if inline_css(marked) != inlined:
        raise RenderError("Inlining the CSS a second time changes the letter again.")


def _doctype(inlined: str) -> Iterator[str]:
    if not inlined.startswith(_DOCTYPE):
        yield f"it no longer begins with {_DOCTYPE}"


def _counts(compiled: str, inlined: str) -> Iterator[str]:
    for what, count in (
        ("<!--[if", lambda html: html.count("<!--[if")),
        ("@media", lambda html: html.count("@media")),
        ("!important inside @media", _important_in_media),
    ):
        yield from _changed(what, count(compiled), count(inlined))


def _tokens(compiled: str, inlined: str, tokens: Iterable[str]) -> Iterator[str]:
    for token in sorted(set(tokens)):
        yield from _changed(f"the merge tag {token}", compiled.count(token), inlined.count(token))


def _changed(what: str, before: int, after: int) -> Iterator[str]:
    if before != after:
        yield f"{what} occurs {after} times instead of {before}"


def _important_in_media(html: str) -> int:
    return sum(
        html.count("!important", match.end(), _end_of_block(html, match.end()))
        for match in _MEDIA.finditer(html)
    )


def _end_of_block(css: str, start: int) -> int:
    """Where the braces that opened before `start` close; the end if they never do."""
    depth = 1
    for match in _BRACE.finditer(css, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(css)
