"""Clicks find their place in the letter."""

from __future__ import annotations

from newsletter.feedback.numbers import Band, Engaged, LinkClicks, Place
from newsletter.feedback.over_the_letter import spots

SITE = "https://news.test"
HTML = """
<a href="https://news.test/">Masthead</a> <a name="no"></a>
<a href="https://e.test/book?name=Mira&amp;utm_source=letter">Book</a>
<a class="x" href='https://e.test/a'>A</a><a href="https://e.test/a#more">More of a</a>
<a href="https://e.test/book?name=Mira">Book again</a>
<a href="https://news.test/unsubscribe/x">Leave</a><a href="mailto:a@b.test">Write</a>
"""


def clicks(url: str, surely: int, possible: int, *sections: str) -> LinkClicks:
    """A counted link."""
    places = tuple(Place(each, each.title()) for each in sections)
    return LinkClicks(url, places, Band(surely, possible))


def test_every_link_has_its_count() -> None:
    """One that stands twice is one, with a reader's values or without; own pages are none."""
    engaged = Engaged(
        opened=Band(9, 9),
        clicked=Band(5, 7),
        hours=(),
        snippets=(),
        links=[
            clicks("https://e.test/book?name=*", 5, 7, "cta-1", "footer"),
            clicks("https://e.test/a", 1, 1, "skin"),
            clicks("https://e.test/a#more", 0, 0, "skin"),
        ],
    )
    home, book, a, more = spots(HTML, SITE, engaged)
    assert (home.number, home.readers, home.titles) == (1, Band(), ())
    assert (book.times, book.readers, book.titles) == (2, Band(5, 7), ("Cta-1", "Footer"))
    assert book.hrefs == (
        "https://e.test/book?name=Mira&utm_source=letter",
        "https://e.test/book?name=Mira",
    )
    assert (a.readers, more.readers) == (Band(1, 1), Band())
