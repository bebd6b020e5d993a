"""T: the text part is a letter of its own (T01)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

FEWEST_WORDS = 20
_ADDRESS = re.compile(r"\S*(?:://|@)\S*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ELSEWHERE = re.compile(
    r"\bhtml\b|in (?:a|your|the) (?:web )?browser|does(?: not|n.t) support|can(?:not|.t) display",
    re.IGNORECASE,
)


@rule(
    "T01",
    Severity.ERROR,
    claim="There is a text part that can be read, and does not send readers to the HTML.",
    why="Watches, screen readers and many filters read the text part first (RFC 2046, 5.1.4).",
    mend="Write the issue's opening in Markdown; the text part is made from it.",
)
def text_part(specimen: Specimen) -> Iterator[Fault]:
    """T01. A whole letter may offer the browser version too; one that only does that is none."""
    text = _without_addresses(specimen)
    words = _WORD.findall(text)
    if not words:
        yield Fault("The text part is empty.")
    elif len(words) < FEWEST_WORDS and _ELSEWHERE.search(text):
        yield Fault("The text part only says that the mail is elsewhere.")


def _without_addresses(specimen: Specimen) -> str:
    text = _ADDRESS.sub(" ", specimen.rendition.text)
    for tag in specimen.rendition.merge_tags:
        text = text.replace(tag.token, " ")
    return text


RULES: tuple[Rule, ...] = (text_part,)
