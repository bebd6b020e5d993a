"""Authored Markdown: what is let through, and what is told when something is not."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import Place
from newsletter.model.finding import Severity
from newsletter.model.merge import Context, MergeField, MergeText
from newsletter.rendering.markdown import Prose, read_markdown
from newsletter.rendering.mint import Mint

NAME = MergeField("subscriber.first_name", "there")


def read(*pieces: str | MergeField, top: int = 2, mint: Mint | None = None) -> Prose:
    text = MergeText(pieces, Place("issues/topics/skin/a.md", 7))
    return read_markdown(text, mint or Mint("abcdef0123"), top=top)


def test_clean_markdown_gives_no_finding() -> None:
    """All that CommonMark, tables and small HTML can say passes without noise."""
    prose = read(
        "# Title\n\nSome *text*, **more**, `code`, ~~gone~~, H<sub>2</sub>O.\\\nNext line\n\n"
        "- a\n- b\n\n1. x\n\n> quote\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n---\n\n    pre <x>\n\n"
        '[l](https://x.test/?a=1&b=2 "t") <https://y.test> <me@x.test> [call](tel:+4930123)\n\n'
        '<table><tr><td>1</td></tr></table>\n\n<a href="https://x.test">raw</a> &amp; &lt;'
    )
    assert prose.findings == ()


@pytest.mark.parametrize(
    ("source", "line", "named"),
    [
        ("a\n\n<script>alert(1)</script>", 9, "<script>"),
        ("a <iframe src=x></iframe>", 7, "<iframe>"),
        ("a\nb <mj-text>x</mj-text>", 8, "<mj-text>"),
        ("a\\\nb <span class=x>x</span>", 8, "<span>"),
        ("a <b onclick='x'>b</b>", 7, "`onclick`"),
        ("<p style='color:red'>x</p>", 7, "`style`"),
        ("a <!-- secret --> b", 7, "comment"),
        ("a\n\n\n[x](javascript:alert(1))", 10, "javascript:alert(1)"),
        ("[x](/about)", 7, "/about"),
        ("[x](#top)", 7, "#top"),
        ("[x](data:text/html,x)", 7, "data:text/html"),
        ("<a href='JaVaScRiPt:x'>y</a>", 7, "JaVaScRiPt:x"),
        ("a\n\n![A cat](cat.png)", 9, "`image`"),
        ("<![CDATA[x]]>", 7, "CDATA"),
        ("<?php x ?>", 7, "<?php"),
        ("<h1>big</h1>", 7, "<h1>"),
        ("<tr><td>no table</td></tr>", 7, "broken"),
        ("<table><tr><td>x <foo\n\nok", 7, "broken"),
    ],
)
def test_what_is_taken_out_is_told_with_its_line(source: str, line: int, named: str) -> None:
    """Each thing that may not stay becomes a warning that names it and where it stood."""
    prose = read(source)
    assert [found.place for found in prose.findings] == [Place("issues/topics/skin/a.md", line)]
    assert prose.findings[0].rule == "M01"
    assert prose.findings[0].severity is Severity.WARNING
    assert named in prose.findings[0].message


@given(
    st.lists(
        st.sampled_from(
            ["<script>", "</script>", "<b", ">", "<a href='", "javascript:", "https://x.test", "'",
             '"', "</td>", "<table>", "<svg onload=x>", "{{", "}}", "{% x %}", "&#60;", "&", "\n",
             "\n\n", "- ", "# ", "<!--", "-->", "<mj-raw>", "</mj-text>", "`", "[a](", ")", "\\",
             " ", "word", "<br>", "<img src=x onerror=y>", "<![CDATA[", "]]>"]
        ),
        max_size=25,
    ).map("".join)
)  # fmt: skip
def test_whatever_is_written_the_html_is_whole_and_harmless(source: str) -> None:
    """The result is well-formed, so it can not break MJML, and holds allowed elements only."""
    html = str(read(source).html).replace("&nbsp;", " ")
    tree = ElementTree.fromstring(f"<div>{html}</div>")
    allowed = "div p h2 h3 h4 ul ol li strong em b i s del code pre blockquote a br hr sup sub"
    names = {element.tag for element in tree.iter()}
    assert names <= {*allowed.split(), "small", "table", "thead", "tbody", "tr", "th", "td"}
    for element in tree.iter():
        assert set(element.keys()) <= {"href", "title", "start", "align", "colspan", "rowspan"}
        href = element.get("href")
        assert href is None or href.startswith(("https:", "http:", "mailto:", "tel:"))


def test_a_field_is_escaped_for_where_it_stands() -> None:
    """In an address, in an attribute, and in text the same field has three tokens."""
    mint = Mint("abcdef0123")
    prose = read("[", NAME, "](https://x.test/?n=", NAME, ' "for ', NAME, '")', mint=mint)
    url, attribute, html = (
        mint.token(NAME, context) for context in (Context.URL, Context.ATTRIBUTE, Context.HTML)
    )
    assert prose.html == (
        f'<p><a href="https://x.test/?n={url}" title="for {attribute}">{html}</a></p>'
    )


@pytest.mark.parametrize(
    "pieces",
    [
        ("[x](", NAME, ")"),
        ("[x](https://", NAME, ".test/)"),
        ("[x](mailto:", NAME, ")"),
        ("<a href='https://x", NAME, "'>x</a>"),
    ],
)
def test_a_reader_can_not_say_where_a_link_leads(pieces: tuple[str | MergeField, ...]) -> None:
    """A field before the end of the host is refused; the message shows it as written."""
    prose = read(*pieces)
    assert "href" not in prose.html
    assert "{{ subscriber.first_name }}" in prose.findings[0].message


@pytest.mark.parametrize(
    ("source", "top", "levels"),
    [
        ("# a\n\n## b", 2, ["h2", "h3"]),
        ("### a\n\n# b", 2, ["h3", "h2"]),
        ("# a\n\n#### b", 3, ["h3", "h4"]),
        ("# a\n\n## b\n\n### c\n\n#### d", 2, ["h2", "h3", "h4", "h4"]),
        ("###### a", 2, ["h2"]),
    ],
)
def test_headings_never_skip_a_level(source: str, top: int, levels: list[str]) -> None:
    """Authored levels are ranked below the mail's own heading, at most to h4."""
    tree = ElementTree.fromstring(f"<div>{read(source, top=top).html}</div>")
    assert [element.tag for element in tree] == levels


def test_alignment_of_a_table_is_an_attribute() -> None:
    """Outlook reads `align`; authored styles are not let through at all."""
    html = read("| a | b |\n|:-:|--:|\n| 1 | 2 |").html
    assert '<th align="center">a</th>' in html
    assert '<td align="right">2</td>' in html
    assert "style" not in html
