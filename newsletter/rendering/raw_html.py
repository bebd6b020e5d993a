"""What in a piece of authored HTML may not stay, so that taking it out is never silent."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import NamedTuple

from newsletter.rendering.allowed import ATTRIBUTES, TAGS, is_address

_NONE: frozenset[str] = frozenset()
_SIMPLE = "only simple text HTML may stand in Markdown"
WHOLE_ADDRESS = "write a whole https, mailto or tel address"


class Complaint(NamedTuple):
    """One thing that will be taken out: how many lines down, what, and what to do."""

    line: int
    what: str
    mend: str


def complaints(html: str, field: str = "") -> list[Complaint]:
    """Judge a piece of HTML as it stands in Markdown; a closing tag alone is fine.

    Args:
        html: raw, perhaps broken.
        field: as for `is_address`.

    Returns:
        What will be taken out, in order.
    """
    judge = _Judge(field)
    judge.feed(html)
    judge.close()
    return judge.found


def loses(before: str, after: str) -> bool:
    """Whether cleaning dropped an element or a word, as from HTML that is broken."""
    was, stayed = _Tally.of(before), _Tally.of(after)
    return bool(was.tags - stayed.tags) or was.words != stayed.words


class _Tally(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self._text: list[str] = []

    @classmethod
    def of(cls, html: str) -> _Tally:
        tally = cls()
        tally.feed(html)
        tally.close()
        return tally

    @property
    def words(self) -> list[str]:
        return "".join(self._text).split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_data(self, data: str) -> None:
        self._text.append(data)


class _Judge(HTMLParser):
    def __init__(self, field: str) -> None:
        super().__init__(convert_charrefs=True)
        self._field = field
        self.found: list[Complaint] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self._note(f"The HTML element <{tag}>")
            return
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, _NONE):
                self._note(f"The attribute `{name}` of <{tag}>")
            elif name == "href" and not is_address(value or "", self._field):
                self._note(f"The address `{(value or '')[:60]}` of a link", WHOLE_ADDRESS)

    def handle_comment(self, data: str) -> None:
        self._note("An HTML comment")

    def handle_decl(self, decl: str) -> None:
        self._note(f"The declaration <!{decl[:20]}>")

    def unknown_decl(self, data: str) -> None:
        self._note("A CDATA section")

    def handle_pi(self, data: str) -> None:
        self._note(f"The processing instruction <?{data[:20]}>")

    def _note(self, what: str, mend: str = _SIMPLE) -> None:
        self.found.append(Complaint(self.getpos()[0] - 1, what, mend))
