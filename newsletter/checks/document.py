"""The HTML part as rules read it: parsed once, with what Outlook alone sees kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import unescape

from lxml import etree, html
from lxml.html import HtmlElement

_QUOTED = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HIDING = re.compile(r"(?:display:none|visibility:hidden|mso-hide:all)(?:!important)?(?:;|$)")
_FONT_SIZE = re.compile(r"(?:^|;)font-size:([^;!]+)")
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    ]
)
_UNSEEN = frozenset({"head", "style", "script", "title", "template", "noscript"})


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the HTML part: its element's tag, its name, its unescaped value."""

    tag: str
    name: str
    value: str


@dataclass(frozen=True)
class Document:
    """A parsed HTML part.

    Attributes:
        source: the bytes it was made from, as text.
    """

    source: str

    @cached_property
    def root(self) -> HtmlElement:
        """The `html` element; an empty one when nothing can be parsed."""
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        try:
            return html.document_fromstring(self.source.encode(), parser=parser)
        except etree.ParserError:
            return html.document_fromstring("<html></html>")

    @cached_property
    def elements(self) -> tuple[HtmlElement, ...]:
        """Every element, in order; what stands in comments is not among them."""
        return tuple(e for e in self.root.iter() if isinstance(e.tag, str))

    @cached_property
    def outlook(self) -> tuple[str, ...]:
        """What stands in hidden conditional comments: source that Outlook alone reads."""
        texts = (comment.text or "" for comment in self.root.iter(etree.Comment))
        return tuple(text for text in texts if text.lstrip().startswith("[if"))

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every attribute, those in conditional comments included."""
        return (*self._parsed_attributes(), *self._outlook_attributes())

    def named(self, *tags: str) -> tuple[HtmlElement, ...]:
        """The elements with one of these tags, in order."""
        return tuple(element for element in self.elements if element.tag in tags)

    def _parsed_attributes(self) -> Iterator[Attribute]:
        for element in self.elements:
            for name, value in element.attrib.items():
                yield Attribute(str(element.tag), str(name), str(value))

    def _outlook_attributes(self) -> Iterator[Attribute]:
        for text in self.outlook:
            for name, double, single in _QUOTED.findall(text):
                yield Attribute("[if mso]", name, unescape(double or single))

    @cached_property
    def visible_text(self) -> str:
        """What a reader sees as words, pieces apart by a space."""
        return " ".join(self._visible_pieces())

    @cached_property
    def inline_text(self) -> str:
        """All words, where only blocks come apart: `<b>micro</b>needling` is one word."""
        pieces: list[str] = []
        for event, node in etree.iterwalk(self.root, events=("start", "end", "comment")):
            if event == "start":
                pieces += [" " if node.tag not in _INLINE else "", node.text or ""]
            else:
                block = event == "end" and node.tag not in _INLINE
                pieces += [" " if block else "", node.tail or ""]
        return "".join(pieces)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Every run of text outside comments, shown or not, styles included."""
        own = (element.text for element in self.elements)
        tails = (piece.tail for piece in self.root.iter())
        return tuple(text for text in (*own, *tails) if text)

    def _visible_pieces(self) -> Iterator[str]:
        for piece in self.root.iter():
            if isinstance(piece.tag, str) and piece.text and not is_hidden(piece):
                yield piece.text
            parent = piece.getparent()
            if piece.tail and parent is not None and not is_hidden(parent):
                yield piece.tail


def is_hidden(element: HtmlElement) -> bool:
    """Whether a mail client would not show the element's own text.

    MJML sets `font-size:0px` on cells and the real size on the piece inside, so it is the
    nearest font size that counts, not any.
    """
    size = ""
    for step in (element, *element.iterancestors()):
        hides, own_size = _said(step.get("style", ""))
        if hides or step.tag in _UNSEEN or step.get("hidden") is not None:
            return True
        size = size or own_size
    return size in {"0", "0px", "0em", "0pt"}


@lru_cache(maxsize=4096)
def _said(style: str) -> tuple[bool, str]:
    """Whether a style hides, and the font size it sets; MJML says the same style many times."""
    flat = re.sub(r"\s+", "", style.lower())
    sizes = _FONT_SIZE.findall(flat)
    return bool(_HIDING.search(flat)), sizes[-1] if sizes else ""
