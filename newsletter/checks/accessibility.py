"""A: everybody can use it (A04 to A07)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from lxml.html import HtmlElement

from newsletter.checks.document import is_hidden
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

_FILE_NAME = re.compile(
    r"[^\s/]+\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?|avif|heic)"
    r"|(?:img|dsc|dscn|pxl|image|screenshot|photo)[-_ ]?\d[\d_-]*",
    re.IGNORECASE,
)
_SAYS = re.compile(r"[^\W_]")
_WORDS = re.compile(r"[^\W_]+")
_SAY_NOTHING = frozenset(
    [
        "click here",
        "here",
        "click",
        "tap here",
        "this",
        "this link",
        "link",
        "read more",
        "more",
        "go",
        "hier",
        "hier klicken",
        "klick hier",
        "mehr",
        "cliquez ici",
        "ici",
        "haz clic aquí",
        "aquí",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@rule(
    "A04",
    Severity.ERROR,
    claim="Every image has an `alt`, and none is a file's name.",
    why='A screen reader spells the file\'s name out instead (WCAG 2.2, 1.1.1). `alt=""` is '
    "right for decoration.",
    mend='Say in `alt` what the picture tells, or write `alt: ""` for decoration.',
)
def alternative_text(specimen: Specimen) -> Iterator[Fault]:
    """A04. A sentence that ends with a file's name is a sentence."""
    sources = {picture.source.casefold() for picture in specimen.pictures}
    for image in specimen.document.named("img"):
        address, alt = image.get("src", ""), image.get("alt")
        if alt is None:
            name = address.rpartition("/")[2]
            yield Fault(f'The image "{name}" has no alt.', element=image)
        elif _FILE_NAME.fullmatch(alt.strip()) or alt.strip().casefold() in sources:
            yield Fault(f'An image has a file\'s name as its alt: "{alt}".', element=image)


@rule(
    "A05",
    Severity.ERROR,
    claim="Every link says something: words, or a picture with an `alt`.",
    why="A screen reader would read the address out, or only `link` (WCAG 2.2, 2.4.4).",
    mend="Write words into the link, or an alt on its picture.",
)
def link_text(specimen: Specimen) -> Iterator[Fault]:
    """A05. A picture's alt speaks for a link; an arrow hidden from machines does not."""
    for anchor in specimen.document.named("a"):
        if anchor.get("href") and not is_hidden(anchor) and not _SAYS.search(spoken(anchor)):
            yield Fault(f'A link says nothing: "{_short(anchor.get("href", ""))}".', element=anchor)


@rule(
    "A06",
    Severity.WARNING,
    claim='No link only says "click here".',
    why="Screen readers list links by themselves, and ten times `here` is no list (WCAG 2.2, "
    "2.4.9).",
    mend="Say where it leads: `Book a consultation`.",
)
def link_says_where(specimen: Specimen) -> Iterator[Fault]:
    """A06. The words count, not the letters: `Click here to book` says where it leads."""
    for anchor in specimen.document.named("a"):
        words = " ".join(_WORDS.findall(spoken(anchor).casefold()))
        if anchor.get("href") and words in _SAY_NOTHING and not is_hidden(anchor):
            yield Fault(f'A link only says "{" ".join(spoken(anchor).split())}".', element=anchor)


@rule(
    "A07",
    Severity.WARNING,
    claim="There is one h1, and no level of headings is skipped.",
    why="People who do not see move from heading to heading (WCAG 2.2, 1.3.1 and 2.4.6).",
    mend="Let the layout show the subject as h1 and snippets begin with h2.",
)
def headings(specimen: Specimen) -> Iterator[Fault]:
    """A07. Going back up by several levels skips nothing; what is hidden is no heading."""
    shown = [each for each in specimen.document.elements if _level(each) and not is_hidden(each)]
    firsts = [each for each in shown if _level(each) == 1]
    if not firsts:
        yield Fault("There is no h1.")
    for extra in firsts[1:]:
        yield Fault(f'There is a second h1: "{_short(spoken(extra))}".', element=extra)
    for before, after in pairwise(shown):
        if _level(after) > _level(before) + 1:
            told = f'Behind h{_level(before)} follows h{_level(after)}: "{_short(spoken(after))}".'
            yield Fault(told, element=after)


def spoken(element: HtmlElement) -> str:
    """What a screen reader says for an element: its label, or its words and pictures."""
    label = element.get("aria-label") or element.get("title")
    if element.get("aria-hidden") == "true":
        return ""
    if label and label.strip():
        return label
    if element.tag == "img":
        return element.get("alt") or ""
    inner = (f"{spoken(child)}{child.tail or ''}" for child in element if _is_element(child))
    comments = (child.tail or "" for child in element if not _is_element(child))
    return " ".join([element.text or "", *inner, *comments])


def _is_element(node: HtmlElement) -> bool:
    return isinstance(node.tag, str)


def _level(element: HtmlElement) -> int:
    """A heading's level; 0 for what is none."""
    if element.get("role") == "heading":
        told = element.get("aria-level", "2")
        return int(told) if told.isdecimal() else 2
    tag = str(element.tag)
    return int(tag[1]) if tag in _HEADINGS and not element.get("role") else 0


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"


RULES: tuple[Rule, ...] = (alternative_text, link_text, link_says_where, headings)
