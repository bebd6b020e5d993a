"""Links are counted in one form, whoever clicked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.links import counted_url, link_pattern
from newsletter.model.merge import Context
from newsletter.rendering import escape
from newsletter.tokens import Purpose, Signer

SITE = "https://news.test"
TOKEN = "nl7f3a01b2c33x"


@pytest.mark.parametrize(
    ("frozen", "counted"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/A", "https://example.com/A"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("https://example.com/a?b=1&utm_source=x&UTM_Medium=y", "https://example.com/a?b=1"),
        ("https://example.com/a?utm_source=x#top", "https://example.com/a#top"),
        ("https://example.com/%7euser/caf%c3%a9", "https://example.com/~user/caf%C3%A9"),
        ("https://example.com/café", "https://example.com/caf%C3%A9"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://[::1]:8080/x", "https://[::1]:8080/x"),
        (f"https://example.com/{TOKEN}/x?n={TOKEN}&p=2", "https://example.com/*/x?n=*&p=2"),
    ],
)
def test_one_form_for_each_link(frozen: str, counted: str) -> None:
    """Case, encoding, default port and tracking make no other link; queries do."""
    assert link_pattern(frozen, SITE, [TOKEN]) == counted


@pytest.mark.parametrize(
    "url",
    [
        f"{SITE}/unsubscribe/abc",
        f"{SITE}/preferences/abc",
        f"{SITE}/view/abc?utm_source=x",
        "http://news.test:80/confirm/abc",
        f"https://moved.test/unsubscribe/{Signer(['s' * 16]).mark(Purpose.UNSUBSCRIBE, 7)}",
        "mailto:ada@example.com",
        "tel:+4930123",
        TOKEN,
        "https://[broken",
        "https://example.com:99999/",
        "",
    ],
)
def test_what_is_never_counted(url: str) -> None:
    """A reader's own pages, mail and phone addresses, and what is no address, are no clicks."""
    assert counted_url(url, SITE) is None
    assert link_pattern(url, SITE, [TOKEN]) is None


def test_our_public_pages_are_counted() -> None:
    """The archive and the sign-up form are links like others."""
    assert counted_url(f"{SITE}/archive/first", SITE) == f"{SITE}/archive/first"
    assert counted_url(f"{SITE}/", SITE) == f"{SITE}/"


def test_a_site_below_a_path() -> None:
    """Pages are looked for below the public address, wherever that is."""
    assert counted_url("https://a.test/news/view/x", "https://a.test/news") is None
    assert counted_url("https://a.test/view/x", "https://a.test/news") == "https://a.test/view/x"


@given(st.text(min_size=1, max_size=60).filter(lambda name: not set(name) & set("\ud800")))
def test_a_clicked_link_is_its_pattern(name: str) -> None:
    """Whatever a reader is called, a click is counted for the link of the letter."""
    frozen = f"https://example.com/u/{TOKEN}/x?name={TOKEN}&p=2&utm_source=letter#{TOKEN}"
    pattern = link_pattern(frozen, SITE, [TOKEN])
    assert pattern is not None
    clicked = frozen.replace(TOKEN, escape(name, Context.URL))
    assert counted_url(clicked, SITE, (pattern,)) == pattern


def test_the_closest_link_wins() -> None:
    """Where several patterns fit, it is the one that says most."""
    known = ("https://e.test/*", "https://e.test/shop?*", "https://e.test/shop?p=*&q=1")
    assert counted_url("https://e.test/shop?p=7&q=1", SITE, known) == known[2]
    assert counted_url("https://e.test/shop", SITE, known) == known[0]


def test_unknown_links_keep_nothing_personal() -> None:
    """A link that is in no letter is cut to its page, and addresses in it go."""
    clicked = "https://e.test/u/ada%40example.org/x?name=Ada#Ada"
    assert counted_url(clicked, SITE) == "https://e.test/u/*/x"
