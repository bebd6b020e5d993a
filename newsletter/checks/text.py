"""T: the text part is a letter of its own (T01 to T04)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from lxml.html import HtmlElement

from newsletter.checks.document import is_hidden
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

FEWEST_WORDS = 20
LONGEST_LINE = 998
WIDEST_LINE = 100
_TOKEN_FREE = re.compile(r"[^\W\d_]{2,}")
_BETWEEN = re.compile(r"[^\w{}]+|_+")
_WEB = ("http://", "https://", "mailto:")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
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


@rule(
    "T02",
    Severity.WARNING,
    claim="The text part has every link and heading of the HTML part.",
    why="Who reads the text part must be able to do the same; filters compare the two.",
    mend="Let the layout's text frame show what its MJML shows.",
)
def same_letter(specimen: Specimen) -> Iterator[Fault]:
    """T02. A reader's own links have other marks in the text part, and lead to the same page."""
    text = _with_sources(specimen, specimen.rendition.text)
    for address, anchor in _links(specimen).items():
        if address.rstrip("/") not in text:
            words = " ".join(anchor.text_content().split())[:60]
            yield Fault(f'The text part lacks the link "{words}".', element=anchor)
    letters = _letters(text)
    for heading in specimen.document.named(*_HEADINGS):
        said = _letters(_with_sources(specimen, heading.text_content()))
        if said and said not in letters and not is_hidden(heading):
            words = " ".join(heading.text_content().split())[:60]
            yield Fault(f'The text part lacks the heading "{words}".', element=heading)


@rule(
    "T03",
    Severity.WARNING,
    claim="The text part is wrapped, has no line over 998 bytes, and glues no words together.",
    why="Longer lines are cut on the way (RFC 5322, 2.1.1), and unwrapped ones run off the screen.",
    mend="Look at the layout's text frame; the program wraps what stands in it.",
)
def lines(specimen: Specimen) -> Iterator[Fault]:
    """T03. A long address can not be wrapped, and `iPhone` is not glued."""
    for number, line in enumerate(specimen.rendition.text.splitlines(), start=1):
        if len(line.encode()) > LONGEST_LINE:
            yield Fault(f"Line {number} of the text part has {len(line.encode()):,} bytes.")
        elif _could_be_wrapped(_without_tokens(specimen, line)):
            yield Fault(f"Line {number} of the text part is not wrapped.")
    for word in _glued(specimen):
        yield Fault(f'The text part glues words together: "{word}".')


@rule(
    "T04",
    Severity.WARNING,
    claim="The letter is more than pictures.",
    why="Many clients show no pictures until asked, and filters distrust mail that has only them.",
    mend="Say it in words, too.",
)
def more_than_pictures(specimen: Specimen) -> Iterator[Fault]:
    """T04. A footer's words and a picture's alt are not the letter."""
    if not specimen.document.named("img"):
        return
    if len(_WORD.findall(_own_words(specimen))) < FEWEST_WORDS:
        yield Fault("Beside its pictures the letter says almost nothing.")


def _own_words(specimen: Specimen) -> str:
    """Those written for this letter; without an issue, all that can be seen."""
    if specimen.issue is None:
        return specimen.document.visible_text
    shown = (each.snippet for each in specimen.shown)
    texts = (text.plain() for each in shown for text in (each.heading, each.body))
    return " ".join([specimen.issue.body.plain(), *texts])


def _links(specimen: Specimen) -> dict[str, HtmlElement]:
    """Address -> the first visible link to it, with sources in the place of marks."""
    found: dict[str, HtmlElement] = {}
    for anchor in specimen.document.named("a"):
        address = _with_sources(specimen, anchor.get("href", ""))
        if address.startswith((*_WEB, "{")) and not is_hidden(anchor):
            found.setdefault(address, anchor)
    return found


def _with_sources(specimen: Specimen, text: str) -> str:
    for tag in specimen.rendition.merge_tags:
        text = text.replace(tag.token, "{" + tag.source + "}")
    return text


def _without_tokens(specimen: Specimen, text: str) -> str:
    return _with_sources(specimen, text) if specimen.rendition.nonce in text else text


def _letters(text: str) -> str:
    return _BETWEEN.sub("", text.casefold())


def _could_be_wrapped(line: str) -> bool:
    """Whether it is too long though its longest word is not."""
    words = line.split()
    return len(line) > WIDEST_LINE and len(words) > 2 and max(map(len, words)) < WIDEST_LINE // 2


def _glued(specimen: Specimen) -> Iterator[str]:
    """Words of the text part that are two neighbours of the HTML part, and nowhere one word."""
    read = _TOKEN_FREE.findall(specimen.document.inline_text)
    known = {word.casefold() for word in read}
    pairs = {(one + other).casefold() for one, other in pairwise(read)}
    for word in dict.fromkeys(_TOKEN_FREE.findall(_without_addresses(specimen))):
        if word.casefold() in pairs and word.casefold() not in known:
            yield word


RULES: tuple[Rule, ...] = (text_part, same_letter, lines, more_than_pictures)
