"""Conditions in HTML: what only Outlook sees, and what it does not.

Three forms, each with an end of its own. The compiler reads what stands between as HTML::

    <!--[if mso]>      ...  <![endif]-->        hidden: for Outlook alone
    <!--[if !mso]><!-->  ...  <!--<![endif]-->  shown: for all but Outlook
    <![if !mso]>       ...  <![endif]>          shown as well, the older way
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.rendering.markup import Kind, Token
from newsletter.rendering.nesting import Fault

_HIDDEN, _SHOWN, _OLD = "<![endif]-->", "<!--<![endif]-->", "<![endif]>"
_SAYS = (Kind.CONDITION, Kind.COMMENT)
_BLANKS = re.compile(r"\s")


def wrong_conditions(source: str, tokens: list[Token]) -> Iterator[Fault]:
    """Conditions that do not end, end without beginning, or hold MJML or each other."""
    open_at, end = 0, ""
    for token in tokens:
        if token.kind not in _SAYS:
            if end == _HIDDEN and token.name.startswith("mj"):
                yield _never_ended(open_at, end)
                end = ""
            continue
        text = source[token.start : token.end]
        if begins := _end_of(text):
            if end:
                yield _never_ended(open_at, end)
            open_at, end = token.start, begins
        elif closes := _closes(text):
            if closes != end:
                yield Fault(token.start, f"{closes} ends nothing here.", "Take it out.")
            else:
                end = ""
    if end:
        yield _never_ended(open_at, end)


def _end_of(text: str) -> str:
    """The end that a condition's beginning asks for; empty for all else."""
    if text.startswith("<![if"):
        return _OLD
    if not text.startswith("<!--[if"):
        return ""
    return _HIDDEN if text.count("<!") == 1 else _SHOWN


def _closes(text: str) -> str:
    bare = _BLANKS.sub("", text)
    return bare if bare in (_HIDDEN, _SHOWN, _OLD) else ""


def _never_ended(at: int, end: str) -> Fault:
    return Fault(at, "A condition never ends, or not before MJML.", f"Write {end} where it ends.")
