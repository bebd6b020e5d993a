"""Authored Markdown, read once and cleaned; HTML and text are both made from its tokens.

CommonMark with tables and strikethrough (markdown-it-py). Merge fields stand in it as marks.
What may not stay becomes a finding with its place, never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from newsletter.errors import Place
from newsletter.model.finding import Finding, Severity
from newsletter.model.merge import Context, MergeText
from newsletter.rendering.allowed import is_address
from newsletter.rendering.line_marks import MarkPlace, mark_lines
from newsletter.rendering.mint import Mint
from newsletter.rendering.raw_html import WHOLE_ADDRESS, complaints, loses
from newsletter.rendering.sanitizing import sanitize

TAKEN_OUT = "M01"
DEEPEST_HEADING = 4
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Prose:
    """A piece of authored Markdown.

    Attributes:
        tokens: markdown-it's, cleaned; fields are marks. `plain` makes text of them.
        html: safe inside MJML, with merge tags for their contexts.
        findings: what was taken out (`M01`).
    """

    tokens: tuple[Token, ...]
    html: Markup
    findings: tuple[Finding, ...]


def read_markdown(
    text: MergeText, mint: Mint, *, top: int = 2, mark: MarkPlace | None = None
) -> Prose:
    """Parse and clean a text.

    Args:
        text: Markdown with merge fields.
        mint: makes the marks.
        top: the level of its highest heading. Authored levels are ranked, so that none is
            skipped: `#` and `###` under `top=2` become h2 and h3.
        mark: writes a mark for a place; each line of words then begins with one.
    """
    parser = _parser()
    cleaner = _Cleaner(text.place, mint)
    tokens = tuple(cleaner.clean(parser.parse(text.join(mint.mark))))
    _rank_headings(tokens, top)
    if mark:
        mark_lines(tokens, text.place, mark)
    rendered = parser.renderer.render(list(tokens), parser.options, {})
    html = sanitize(rendered, mint)
    cleaner.judge_result(mint.settle(rendered, Context.HTML), html)
    return Prose(tokens, html, tuple(cleaner.findings))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"xhtmlOut": True}).enable(["table", "strikethrough"])
    parser.validateLink = _any_link  # type: ignore[method-assign]
    return parser


def _any_link(url: str) -> bool:
    """Let every link be parsed: ours to judge, where we can say what was wrong with it."""
    return True


class _Cleaner:
    """Walks the tokens of one text, drops what may not stay and notes it."""

    def __init__(self, place: Place, mint: Mint) -> None:
        self._place = place
        self._mint = mint
        self.findings: list[Finding] = []
        self.has_raw = False

    def clean(self, tokens: Iterable[Token]) -> Iterator[Token]:
        for token in tokens:
            line = token.map[0] if token.map else 0
            if token.type == "inline":
                token.children = list(self._inline(token.children or [], line))
            elif token.type == "html_block":
                self._judge(token.content, line)
            elif token.type in ("th_open", "td_open"):
                _align(token)
            yield token

    def _inline(self, tokens: Iterable[Token], line: int) -> Iterator[Token]:
        kept: list[bool] = []  # for each open link, whether it stays
        for token in tokens:
            if token.type in ("softbreak", "hardbreak"):
                line += 1
            elif token.type == "html_inline":
                self._judge(token.content, line)
                line += token.content.count("\n")
            if token.type == "image":
                self._note(line, f'The picture "{_short(token.content)}"', "use an `image` piece")
            elif token.type == "link_open":
                kept.append(self._link_stays(token, line))
                if kept[-1]:
                    yield token
            elif token.type != "link_close" or kept.pop():
                yield token

    def _link_stays(self, token: Token, line: int) -> bool:
        href = str(token.attrs.get("href", ""))
        if is_address(href, self._mint.prefix):
            return True
        self._note(line, f"The link to `{_short(href)}`", WHOLE_ADDRESS)
        return False

    def _judge(self, html: str, line: int) -> None:
        self.has_raw = True
        for complaint in complaints(html, self._mint.prefix):
            self._note(line + complaint.line, complaint.what, complaint.mend)

    def judge_result(self, before: str, after: str) -> None:
        """The last net: whatever else went missing is told as well."""
        if self.has_raw and not self.findings and loses(before, after):
            self._note(0, "Something", "its HTML is broken; close what you open")

    def _note(self, line: int, what: str, mend: str) -> None:
        place = Place(self._place.path, self._place.line + line if self._place.line else 0)
        message = f"{self._mint.named(what)} was left out: {mend}."
        self.findings.append(Finding(TAKEN_OUT, Severity.WARNING, message, place))


def _align(token: Token) -> None:
    """Say a cell's alignment as `align`: inline styles of content are not let through."""
    style = token.attrs.pop("style", None)
    if style:
        token.attrs["align"] = str(style).removeprefix("text-align:")


def _rank_headings(tokens: tuple[Token, ...], top: int) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    ranks = {tag: rank for rank, tag in enumerate(sorted({token.tag for token in headings}))}
    for token in headings:
        token.tag = f"h{min(top + ranks[token.tag], DEEPEST_HEADING)}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
