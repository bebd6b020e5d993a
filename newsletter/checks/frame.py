"""A: the frame around the words tells machines how to read them (A01 to A03, A08, A11)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from newsletter.checks.document import is_hidden
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
_UNKNOWN = ("und", "mis", "zxx")
_SILENT = frozenset({"presentation", "none"})
_DIRECTIONS = ("ltr", "rtl", "auto")
_NO_ZOOM = re.compile(r"user-scalable\s*=\s*(?:no|0)\b", re.IGNORECASE)
_MOST_ZOOM = re.compile(r"maximum-scale\s*=\s*([\d.]+)", re.IGNORECASE)


@rule(
    "A01",
    Severity.ERROR,
    claim="`lang` names a language on `html` and around the words in the body.",
    why="A screen reader chooses its voice by it (WCAG 2.2, 3.1.1); Gmail drops `html` and "
    "`body`, so an element within must say it too.",
    mend='Write `<mjml lang="en">` in the layout, with the language of the letter.',
)
def language(specimen: Specimen) -> Iterator[Fault]:
    """A01. `und` is what a compiler writes that was not told; it names no language."""
    root = specimen.document.root
    if not _names_language(root.get("lang", "")):
        yield Fault("The html element names no language.")
    outside = _words_without(specimen, "lang", _names_language)
    if outside is not None:
        yield Fault("Words in the body stand in no element with `lang`.", element=outside)


@rule(
    "A02",
    Severity.WARNING,
    claim="An element around the words in the body has `dir`.",
    why="Webmail in Arabic or Hebrew would show the letter right to left, and Gmail drops the "
    "`body` that might say otherwise.",
    mend='Write `<mjml dir="ltr">` in the layout, or `rtl`.',
)
def direction(specimen: Specimen) -> Iterator[Fault]:
    """A02. On `body` alone it does not arrive."""
    outside = _words_without(specimen, "dir", _names_direction)
    if outside is not None:
        yield Fault("Words in the body stand in no element with `dir`.", element=outside)


@rule(
    "A03",
    Severity.ERROR,
    claim="Tables that lay out have the role `presentation` or `none`.",
    why="A screen reader would announce rows and columns where there is nothing to compare "
    "(WCAG 2.2, 1.3.1).",
    mend='Write `role="presentation"` on the table.',
)
def layout_tables(specimen: Specimen) -> Iterator[Fault]:
    """A03. A table of data has heads or a caption, and must keep its meaning."""
    for table in specimen.document.named("table"):
        roles = set(table.get("role", "").lower().split())
        if not roles & _SILENT and not _holds_data(table) and not is_hidden(table):
            yield Fault("A table for layout has no role.", element=table)


@rule(
    "A08",
    Severity.ERROR,
    claim="The document has a title.",
    why="Screen readers and browser tabs name the letter by it (WCAG 2.2, 2.4.2).",
    mend="Write `<mj-title>{{ subject }}</mj-title>` into the head of the layout.",
)
def title(specimen: Specimen) -> Iterator[Fault]:
    """A08. The title of a drawing is not the document's."""
    titles = specimen.document.named("title")
    own = (each for each in titles if next(each.iterancestors("svg"), None) is None)
    if not any((each.text or "").strip() for each in own):
        yield Fault("The document has no title.")


@rule(
    "A11",
    Severity.WARNING,
    claim="Readers can zoom, and no `id` stands twice.",
    why="Who sees badly must be able to enlarge (WCAG 2.2, 1.4.4); a doubled id makes labels and "
    "links lead to the wrong place.",
    mend="Take the lock out of the viewport, and name each id once.",
)
def zoom_and_ids(specimen: Specimen) -> Iterator[Fault]:
    """A11. A limit of two or more is no lock."""
    for meta in specimen.document.named("meta"):
        content = meta.get("content", "")
        limit = _MOST_ZOOM.search(content)
        if meta.get("name", "").lower() == "viewport" and (
            _NO_ZOOM.search(content) or (limit and float(limit[1].strip(".") or 0) < 2)
        ):
            yield Fault(f'The viewport forbids to zoom: "{content}".')
    for element in _with_doubled_ids(specimen):
        yield Fault(f'The id "{element.get("id")}" stands twice.', element=element)


def _names_language(value: str) -> bool:
    return bool(_LANGUAGE.fullmatch(value)) and value.lower() not in _UNKNOWN


def _names_direction(value: str) -> bool:
    return value.lower() in _DIRECTIONS


def _words_without(
    specimen: Specimen, name: str, accepts: Callable[[str], bool]
) -> HtmlElement | None:
    """The first element with visible words that stands in no element that has the attribute."""
    covered: dict[HtmlElement, bool] = {}
    for body in specimen.document.named("body"):
        covered[body] = False
        for element in body.iterdescendants():
            parent = element.getparent()
            above = covered.get(parent, False) if parent is not None else False
            covered[element] = above or accepts(element.get(name) or "")
            bare = isinstance(element.tag, str) and not covered[element]
            if bare and (element.text or "").strip() and not is_hidden(element):
                return element
    return None


def _holds_data(table: HtmlElement) -> bool:
    """Heads of its own; those of a table inside are not."""
    heads = table.iter("th", "caption")
    return any(next(head.iterancestors("table"), None) is table for head in heads)


def _with_doubled_ids(specimen: Specimen) -> Iterator[HtmlElement]:
    marked = [element for element in specimen.document.elements if element.get("id")]
    seen = Counter[str]()
    for element in marked:
        seen[element.get("id", "")] += 1
        if seen[element.get("id", "")] == 2:
            yield element


RULES: tuple[Rule, ...] = (language, direction, layout_tables, title, zoom_and_ids)
