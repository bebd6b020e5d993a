"""T02 to T04: the text part is the same letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.model.merge import MergeText
from tests.unit.checks.specimens import TEXT, findings, issue, with_body

LINE = "word " * 19 + "end"


def test_t02_misses_a_link_and_a_heading() -> None:
    """Each is named."""
    assert len(findings("T02", text=TEXT.replace("https://example.com/book", ""))) == 1
    (found,) = findings("T02", with_body("<h2>Only for eyes</h2>"))
    assert "Only for eyes" in found.message


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.com/book/">The same page</a>',
        "<h2>Book a<br>Consultation</h2>",
        '<h2>hello <span lang="en">NL</span></h2>'.replace("NL", "nl7f3a011x"),
        '<h2 style="display:none">Filling</h2><p hidden><a href="https://x.test/">x</a></p>',
    ],
)
def test_t02_compares_what_is_said(html: str) -> None:
    """A slash, a broken line, another mark for the same name, and hidden things do not differ."""
    assert not findings("T02", with_body(html))


def test_t03_finds_lines_that_are_too_long() -> None:
    """Over 998 bytes, though of fewer characters; or words that nobody wrapped."""
    assert findings("T03", text=TEXT + "ж" * 500)
    assert findings("T03", text=TEXT + LINE + " " + LINE)


def test_t03_lets_long_addresses_be() -> None:
    """What has no blank can not be wrapped."""
    assert not findings("T03", text=TEXT + "Read: https://example.com/" + "x" * 200)
    assert not findings("T03", text=TEXT + "https://example.com/ " + "x" * 200)


def test_t03_finds_glued_words() -> None:
    """Two neighbours of the HTML that are one word in the text."""
    html = with_body("<p>Freshly treated</p><p>Skin lets more through.</p>")
    (found,) = findings("T03", html, TEXT + "treatedSkin")
    assert "treatedSkin" in found.message


def test_t03_knows_words_written_like_glued_ones() -> None:
    """A name in camel case, and one word of which half is bold."""
    html = with_body("<p>Our YouTube channel, <b>micro</b>needling, you and tube.</p>")
    assert not findings("T03", html, TEXT + "YouTube and microneedling")


def test_t04_finds_a_letter_of_pictures() -> None:
    """The footer's words do not count, and neither does an alt of many words."""
    alone = issue("A long description of the picture, with more than twenty words " * 3)
    (section,) = alone.sections
    silent = replace(section, snippet=replace(section.snippet, body=MergeText()))
    footer = with_body("<p>" + "You get this letter because you asked for it. " * 5 + "</p>")
    assert findings("T04", footer, made_of=replace(alone, sections=(silent,)))


def test_t04_is_content_with_words_or_without_pictures() -> None:
    """Twenty words of one's own; and a short note without pictures."""
    assert not findings("T04")
    (section,) = issue().sections
    silent = replace(section, snippet=replace(section.snippet, body=MergeText()))
    bare = with_body("").replace("<img", "<x-img")
    assert not findings("T04", bare, made_of=replace(issue(), sections=(silent,)))
