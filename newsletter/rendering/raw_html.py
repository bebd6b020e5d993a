"""What in a piece of authored HTML may not stay, so that taking it out is never silent."""

from __future__ import annotations

from html.parser import HTMLParser

from newsletter.rendering.allowed import ATTRIBUTES, TAGS, is_address

_NONE: frozenset[str] = frozenset()


def complaints(html: str, field: str = "") -> list[tuple[int, str]]:
    """Judge a piece of HTML as it stands in Markdown; a closing tag alone is fine.

    Args:
        html: raw, perhaps broken.
        field: as for `is_address`.

    Returns:
        (lines below its first, what will be taken out), in order.
    """
    judge = _Judge(field)
    judge.feed(html)
    judge.close()
    return judge.found


class _Judge(HTMLParser):
    def __init__(self, field: str) -> None:
        super().__init__(convert_charrefs=True)
        self._field = field
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self._note(f"The HTML element <{tag}>")
            return
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, _NONE):
                self._note(f"The attribute `{name}` of <{tag}>")
            elif name == "href" and not is_address(value or "", self._field):
                self._note(f"The address `{(value or '')[:60]}` of a link")

    def handle_comment(self, data: str) -> None:
        self._note("An HTML comment")

    def handle_decl(self, decl: str) -> None:
        self._note(f"The declaration <!{decl[:20]}>")

    def unknown_decl(self, data: str) -> None:
        self._note("A CDATA section")

    def handle_pi(self, data: str) -> None:
        self._note(f"The processing instruction <?{data[:20]}>")

    def _note(self, what: str) -> None:
        self.found.append((self.getpos()[0] - 1, what))
