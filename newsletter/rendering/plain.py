"""Markdown as plain text: the same tokens that become HTML, written for people."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

from markdown_it.token import Token

from newsletter.model.merge import Context
from newsletter.rendering.allowed import TAKEN_WHOLE, is_address
from newsletter.rendering.markdown import Prose
from newsletter.rendering.mint import Mint
from newsletter.rendering.plain_writer import PlainWriter


def to_text(prose: Prose, mint: Mint) -> str:
    """The text wrapped at 76 columns, with tokens; a link is written `label (address)`."""
    writer = PlainWriter()
    source = _Source(writer, mint)
    for token in prose.tokens:
        source.read(token)
    return writer.finish()


class _Source:
    """Tells the writer what the tokens say; raw HTML is read for its words and links."""

    def __init__(self, writer: PlainWriter, mint: Mint) -> None:
        self._writer = writer
        self._mint = mint
        self._raw = _RawHtml(self)
        self._taken = 0  # elements open that go with what they hold

    def read(self, token: Token) -> None:
        if token.type == "inline":
            for child in token.children or ():
                self.read(child)
        elif token.type in ("html_inline", "html_block"):
            self._raw.feed(token.content)
        elif token.type in _VERBATIM:
            self._writer.verbatim(self._settled(token.content))
        elif token.hidden:
            return
        elif token.nesting:
            self._element(token)
        else:
            self._leaf(token)

    def _element(self, token: Token) -> None:
        if token.nesting > 0:
            self.start(token.tag, {name: str(value) for name, value in token.attrs.items()})
        else:
            self.end(token.tag)

    def _leaf(self, token: Token) -> None:
        if token.type in ("hardbreak", "hr"):
            self.start(token.tag, {})
        else:
            self.words("\n" if token.type == "softbreak" else token.content)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in TAKEN_WHOLE:
            self._taken += 1
        elif tag == "a":
            href = attributes.get("href", "")
            authored = href if is_address(href, self._mint.prefix) else ""
            told = self._mint.settle(authored, Context.URL)
            self._writer.open_link(self._mint.address(authored), told)
        elif not self._taken:
            self._writer.start(tag, attributes.get("start", "1"))

    def end(self, tag: str) -> None:
        if tag in TAKEN_WHOLE:
            self._taken = max(0, self._taken - 1)
        elif tag == "a":
            self._writer.close_link()
        else:
            self._writer.end(tag)

    def words(self, text: str) -> None:
        if not self._taken:
            self._writer.words(self._settled(text))

    def _settled(self, text: str) -> str:
        return self._mint.settle(text, Context.TEXT)


class _RawHtml(HTMLParser):
    def __init__(self, source: _Source) -> None:
        super().__init__(convert_charrefs=True)
        self._source = source

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._source.start(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        self._source.end(tag)

    def handle_data(self, data: str) -> None:
        self._source.words(data)


_VERBATIM = ("fence", "code_block")
