"""What a screen reader says of a mail, in its order.

The order is that of the document, as in the accessibility tree (WAI-ARIA 1.2; HTML-AAM; Accessible
Name and Description Computation 1.2 for names): headings with their level, links, images by
their alternative text, lists with their length. Skipped is what is hidden from everybody
(`display: none`, `visibility: hidden`, `hidden`) or from screen readers (`aria-hidden`), and
decoration (`alt=""`, `role="presentation"`). What is merely made invisible, by its size, its
colour or `opacity: 0`, is read aloud; so a preheader must be hidden by `display: none`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lxml.html import HtmlElement

from newsletter.checks.css.cascade import Cascade, Look
from newsletter.checks.css.media import Screen
from newsletter.checks.document import Document

_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img",
     "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub",
     "sup", "time", "tt", "u", "var", "wbr")
)  # fmt: skip
_SILENT_ROLES = ("presentation", "none")
_LEVEL = re.compile(r"h([1-6])\Z")
# Zero-width characters and the soft hyphen are not said.
_UNSAID = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]")


class Kind(StrEnum):
    """What is said of a piece besides its words."""

    TEXT = "text"
    HEADING = "heading"
    LINK = "link"
    IMAGE = "image"
    LIST = "list"
    ITEM = "item"
    TABLE = "table"
    ROW = "row"
    REGION = "region"
    RULE = "separator"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Line:
    """One piece that is said at a stretch.

    Attributes:
        words: with links and images in brackets.
        level: of a heading; the number of an item in an ordered list; else 0.
        lang: the language it is said in; empty when nothing tells.
    """

    kind: Kind
    words: str
    level: int = 0
    lang: str = ""


@dataclass(slots=True)
class _Reader:
    """Goes through a document and collects lines; inline pieces gather until a block ends."""

    looks: Mapping[HtmlElement, Look]
    lines: list[Line] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    kind: Kind = Kind.TEXT
    level: int = 0
    lang: str = ""
    bullet: bool = False  # of an item whose first words are not said yet

    def read(self, element: HtmlElement, lang: str) -> None:
        """Say an element and what follows in it."""
        if self.is_silent(element):
            return
        lang = element.get("lang") or lang
        if element.tag in _INLINE and element.get("role") != "heading":
            self.inline(element, lang)
        elif element.tag == "br":
            self.pieces.append(" ")
        else:
            self.block(element, lang)

    def is_silent(self, element: HtmlElement) -> bool:
        look = self.looks[element]
        return not look.shown or not look.audible or element.get("aria-hidden") == "true"

    def inline(self, element: HtmlElement, lang: str) -> None:
        opening, closing = _brackets(element)
        if lang != self.lang and element.get("lang"):
            opening, closing = f"{opening}[{lang}: ", f"]{closing}"
        name = element.get("aria-label", "") or (_alternative(element) or "")
        if element.tag == "img" and not name:
            return
        self.pieces.append(opening)
        if name:
            self.pieces.append(name)
        else:
            self.content(element, lang)
        self.pieces.append(closing)

    def content(self, element: HtmlElement, lang: str) -> None:
        self.pieces.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                self.read(child, lang)
            self.pieces.append(child.tail or "")

    def block(self, element: HtmlElement, lang: str) -> None:
        self.flush()
        before = self.kind, self.level, self.lang
        self.lang = lang
        self.kind, self.level = _what(element, before[0], before[1])
        self.bullet = self.bullet or element.tag == "li"
        if told := _announcement(element):
            self.lines.append(Line(told[0], told[1], lang=lang))
        if _is_data_row(element):
            self.row(element, lang)
        else:
            self.content(element, lang)
        self.flush()
        self.kind, self.level, self.lang = before

    def row(self, element: HtmlElement, lang: str) -> None:
        cells = [cell for cell in element if cell.tag in ("td", "th")]
        for at, cell in enumerate(cells):
            self.pieces.append(" | " if at else "")
            self.content(cell, lang)

    def flush(self) -> None:
        words = " ".join(_UNSAID.sub("", "".join(self.pieces)).split()).replace(" ]", "]")
        self.pieces.clear()
        if words:
            told = (self.kind, self.level)
            if self.kind is Kind.ITEM and not self.bullet:
                told = (Kind.TEXT, 0)
            self.bullet = False
            self.lines.append(Line(told[0], words, told[1], self.lang))


def spoken(document: Document, cascade: Cascade) -> tuple[Line, ...]:
    """Every line in order."""
    reader = _Reader(cascade.looks(Screen()))
    root = document.root
    for body in root.iter("body"):
        reader.read(body, root.get("lang", ""))
    reader.flush()
    return tuple(reader.lines)


def transcript(html: str) -> str:
    """What a screen reader says of a mail, a line for each stretch.

    Args:
        html: the final HTML; a reader's values filled in, or with merge tags.

    Returns:
        Text that begins with the title and the language, and ends with a line feed.
    """
    document = Document(html)
    root = document.root
    titles = [title.text_content() for title in root.iter("title")]
    title = " ".join(" ".join(titles[:1]).split()) or "(none)"
    lines = [f"Title: {title}", f"Language: {root.get('lang') or '(not said)'}", ""]
    said = root.get("lang", "")
    for line in spoken(document, Cascade(document)):
        if line.lang != said:
            lines.append(f"[{line.lang or 'language not said'}]")
            said = line.lang
        lines.append(written(line))
    return "\n".join(lines) + "\n"


def written(line: Line) -> str:
    """A line as the transcript has it."""
    match line.kind:
        case Kind.HEADING:
            return f"Heading {line.level}: {line.words}"
        case Kind.ITEM:
            return f"{f'{line.level}.' if line.level else '•'} {line.words}"
        case Kind.ROW:
            return f"Row: {line.words}"
        case Kind.QUOTE:
            return f"Quote: {line.words}"
        case Kind.LIST | Kind.TABLE | Kind.REGION | Kind.RULE:
            return f"({line.words})"
    return line.words


def _brackets(element: HtmlElement) -> tuple[str, str]:
    if element.tag == "a" and element.get("href") is not None:
        return "[link: ", "]"
    if element.tag == "img":
        return "[image: ", "]"
    return "", ""


def _alternative(element: HtmlElement) -> str | None:
    """An image's words: its alt, else its file's name, as screen readers do in their need."""
    if element.tag != "img" or element.get("role") in _SILENT_ROLES:
        return None
    alt = element.get("alt")
    return element.get("src", "").rpartition("/")[2] if alt is None else alt.strip()


def _what(element: HtmlElement, kind: Kind, level: int) -> tuple[Kind, int]:
    """What the text in a block is said to be; a plain block inside changes nothing."""
    if found := _LEVEL.match(str(element.tag)):
        return Kind.HEADING, int(found[1])
    if element.get("role") == "heading":
        return Kind.HEADING, int(element.get("aria-level") or 2)
    if element.tag == "li":
        return Kind.ITEM, _number(element)
    if element.tag == "blockquote":
        return Kind.QUOTE, 0
    return (Kind.ROW, 0) if _is_data_row(element) else (kind, level)


def _number(item: HtmlElement) -> int:
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return 0
    return int(parent.get("start") or 1) + sum(
        one.tag == "li" for one in item.itersiblings(preceding=True)
    )


def _announcement(element: HtmlElement) -> tuple[Kind, str] | None:
    """What is said before the content of some blocks."""
    if element.tag in ("ul", "ol"):
        count = sum(child.tag == "li" for child in element)
        return Kind.LIST, f"list of {count} item{'' if count == 1 else 's'}"
    if element.tag == "hr" and element.get("role") not in _SILENT_ROLES:
        return Kind.RULE, "separator"
    if _is_data_table(element):
        rows = list(element.iter("tr"))
        columns = max((sum(c.tag in ("td", "th") for c in row) for row in rows), default=0)
        return Kind.TABLE, f"table of {len(rows)} rows and {columns} columns"
    label = element.get("aria-label", "")
    if label and element.get("role"):
        return Kind.REGION, f"{element.get('aria-roledescription') or element.get('role')}: {label}"
    return None


def _is_data_table(element: HtmlElement) -> bool:
    return element.tag == "table" and element.get("role") not in _SILENT_ROLES


def _is_data_row(element: HtmlElement) -> bool:
    if element.tag != "tr":
        return False
    table = next(_tables_around(element), None)
    return table is not None and _is_data_table(table)


def _tables_around(element: HtmlElement) -> Iterator[HtmlElement]:
    return (one for one in element.iterancestors() if one.tag == "table")
