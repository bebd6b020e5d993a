"""A05 to A07 and A10: everybody can use it."""

from __future__ import annotations

import pytest

from tests.unit.checks.specimens import HTML, findings, with_body

HREF = 'href="https://example.com/x"'


def put(html: str) -> str:
    return with_body(f'<div lang="en" dir="ltr">{html}</div>')


@pytest.mark.parametrize(
    "link",
    [
        f"<a {HREF}></a>",
        f"<a {HREF}> &nbsp; </a>",
        f'<a {HREF}><img src="x" alt="" width="9"></a>',
        f'<a {HREF}><span aria-hidden="true">Go</span></a>',
        f"<a {HREF}>→</a>",
    ],
)
def test_a05_finds_links_that_say_nothing(link: str) -> None:
    """Empty, blanks, decoration, hidden from machines, or a sign."""
    assert len(findings("A05", put(link))) == 1


@pytest.mark.parametrize(
    "link",
    [
        f'<a {HREF}><img src="x" alt="Our serums" width="9"></a>',
        f'<a {HREF} aria-label="Our serums">→</a>',
        f"<a {HREF}><!-- c -->Words</a>",
        f"<a {HREF}>山田</a>",
        f'<div style="display:none"><a {HREF}></a></div>',
        '<a name="top"></a>',
    ],
)
def test_a05_hears_pictures_and_labels(link: str) -> None:
    """A picture's alt speaks, and so does a label; what is hidden or no link need not."""
    assert not findings("A05", put(link))


@pytest.mark.parametrize("words", ["click here", "Click here!", "HERE", "» here «", "Read more"])
def test_a06_finds_words_that_say_nothing(words: str) -> None:
    """In any spelling."""
    assert len(findings("A06", put(f"<a {HREF}>{words}</a>"))) == 1


@pytest.mark.parametrize(
    "link",
    [
        f"<a {HREF}>Click here to book a consultation</a>",
        f"<a {HREF}>Where it helps</a>",
        f'<a {HREF} aria-label="Book a consultation">here</a>',
        "<p>You can click here and there.</p>",
    ],
)
def test_a06_reads_whole_links(link: str) -> None:
    """The words within a longer link, a label, and words in prose are no such links."""
    assert not findings("A06", put(link))


def test_a07_wants_one_h1_and_no_gap() -> None:
    """None, two, and a jump from h1 to h3."""
    assert findings("A07", HTML.replace("h1>", "h2>"))
    assert findings("A07", put("<h1>Again</h1>"))
    assert findings("A07", put("<h3>Deep</h3>"))


def test_a07_lets_headings_return() -> None:
    """From h4 straight back to h2 skips nothing; hidden and disguised ones do not count."""
    assert not findings("A07", put("<h2>a</h2><h3>b</h3><h4>c</h4><h2>d</h2>"))
    assert not findings("A07", put('<h1 style="display:none">x</h1><h1 role="presentation">y</h1>'))
    assert not findings("A07", put('<p role="heading" aria-level="2">a</p><h3>b</h3>'))


SMALL = '<p style="font-size:{}">Small words for patient readers.</p>'


@pytest.mark.parametrize("size", ["13px", "9pt", "12.5px"])
def test_a10_finds_small_words(size: str) -> None:
    """In pixels or in points."""
    assert len(findings("A10", put(SMALL.format(size)))) == 1


@pytest.mark.parametrize(
    "html",
    [
        SMALL.format("14px"),
        SMALL.format("11pt"),
        '<div style="font-size:0px">' + SMALL.format("16px") + "</div>",
        '<p style="font-size:12px">A label</p>',
        '<p>Water<sub style="font-size:10px">two and more of it</sub></p>',
        '<p style="font-size:12px;display:none">Words that nobody is shown here.</p>',
    ],
)
def test_a10_knows_what_is_no_text_to_read(html: str) -> None:
    """MJML's zero on cells, labels, figures, and hidden words."""
    assert not findings("A10", put(html))


BARE = "text-decoration:none"


def test_a10_finds_links_told_by_colour_alone() -> None:
    """Within a sentence, without a line under them."""
    link = f'<p>Read <a {HREF} style="color:red;{BARE}">about serums</a> at home.</p>'
    assert len(findings("A10", put(link))) == 1


@pytest.mark.parametrize(
    "html",
    [
        f"<p>Read <a {HREF}>about serums</a> at home.</p>",
        f'<p>Read <a {HREF} style="{BARE};font-weight:bold">about serums</a> at home.</p>',
        f'<p>Read <a {HREF} style="{BARE};border-bottom:1px solid">about serums</a> now.</p>',
        f'<p>Read <a {HREF} style="{BARE}"><strong>about serums</strong></a> now.</p>',
        f'<td><a {HREF} style="{BARE}">A button by itself</a></td>',
    ],
)
def test_a10_sees_other_ways_to_tell_a_link(html: str) -> None:
    """A line, weight, or a place of its own."""
    assert not findings("A10", put(html))
