"""A: letters are large enough, and links look like links (A10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement

from newsletter.checks.document import is_hidden
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

SMALLEST = 14
FEWEST_WORDS = 4
_SIZE = re.compile(r"(?:^|;)\s*font-size\s*:\s*([\d.]+)(px|pt)", re.IGNORECASE)
_PIXELS_A_POINT = 4 / 3
_RAISED = frozenset({"sup", "sub"})
_WORD = re.compile(r"[^\W\d_]{2,}")
_BLOCKS = frozenset({"p", "div", "td", "th", "li", "h1", "h2", "h3", "h4", "blockquote", "body"})
_NO_LINE = re.compile(r"text-decoration(?:-line)?\s*:\s*none", re.IGNORECASE)
_OTHERWISE_TOLD = re.compile(
    r"(?:font-weight\s*:\s*(?:bold|[6-9]00)|border(?:-bottom)?\s*:\s*(?!none|0)|"
    r"background(?:-color)?\s*:\s*(?!none|transparent)|text-decoration(?:-line)?\s*:\s*underline)",
    re.IGNORECASE,
)


@rule(
    "A10",
    Severity.WARNING,
    claim="Words are at least 14 px high, and links in prose differ by more than colour.",
    why="Smaller letters are lost on phones; one man in twelve can not tell such colours apart "
    "(WCAG 2.2, 1.4.1).",
    mend="Enlarge the text in the layout; underline links.",
)
def lettering(specimen: Specimen) -> Iterator[Fault]:
    """A10. MJML sets 0 px on cells, so the nearest size counts; raised figures are smaller."""
    said: set[str] = set()  # the same words in other places are the same thing to mend
    for element in specimen.document.elements:
        words = _first_words(element)
        size = _small(element) if words else 0
        if size and words not in said and not is_hidden(element):
            said.add(words)
            yield Fault(f'"{words}" is only {size:g} px high.', element=element)
    for anchor in specimen.document.named("a"):
        if _is_in_prose(anchor) and _differs_by_colour_only(anchor) and not is_hidden(anchor):
            words = " ".join(anchor.text_content().split())[:60]
            told = f'The link "{words}" differs from the words around by colour only.'
            yield Fault(told, element=anchor)


def _small(element: HtmlElement) -> float:
    """The pixels of an element's own words when they are too few, else 0."""
    for step in (element, *element.iterancestors()):
        size = 0.0 if step.tag in _RAISED else _pixels(step.get("style", ""))
        if size is not None:
            return size if 0 < size < SMALLEST else 0
    return 0


@lru_cache(maxsize=4096)
def _pixels(style: str) -> float | None:
    """The font size that a style sets."""
    found = _SIZE.findall(style)
    if not found:
        return None
    number, unit = found[-1]
    return float(number) * (_PIXELS_A_POINT if unit.lower() == "pt" else 1)


def _first_words(element: HtmlElement) -> str:
    """The beginning of an element's own words; a label of a word or two is no text to read."""
    texts = (element.text or "", *(child.tail or "" for child in element))
    long = (text for text in texts if len(_WORD.findall(text)) >= FEWEST_WORDS)
    return next((" ".join(text.split())[:60] for text in long), "")


def _is_in_prose(anchor: HtmlElement) -> bool:
    """Whether other words stand in the same block; a link alone is seen by its place."""
    block = next((e for e in anchor.iterancestors() if e.tag in _BLOCKS), None)
    if block is None or anchor.get("href") is None:
        return False
    links = " ".join(link.text_content() for link in block.iter("a"))
    return len(_WORD.findall(block.text_content())) > len(_WORD.findall(links))


def _differs_by_colour_only(anchor: HtmlElement) -> bool:
    styles = [anchor.get("style", ""), *(e.get("style", "") for e in anchor.iterdescendants())]
    told = any(_OTHERWISE_TOLD.search(style) for style in styles)
    bold = any(e.tag in ("b", "strong", "u", "img") for e in anchor.iterdescendants())
    return bool(_NO_LINE.search(styles[0])) and not told and not bold


RULES: tuple[Rule, ...] = (lettering,)
