"""L01 to L03: links lead somewhere, safely, and are counted in one way."""

from __future__ import annotations

import pytest

from newsletter.checks import Evidence, LinkAnswer
from tests.unit.checks.specimens import UNSUBSCRIBE, findings, with_body

BOOK = "https://example.com/book"


def link(address: str) -> str:
    return with_body(f'<p><a href="{address}">A link</a></p>')


@pytest.mark.parametrize(
    "address",
    ["", "#", "#nowhere", "/page", "example.com/page", "page.html", "https://", "https:///x",
     "ftp://example.com/x", "https://exa mple.com", "https://[broken"],
)  # fmt: skip
def test_l01_finds_addresses_that_lead_nowhere(address: str) -> None:
    """Empty, a hash, relative, without host, of another scheme, or broken."""
    assert len(findings("L01", link(address))) == 1


def test_l01_finds_a_link_without_href() -> None:
    """Words that look like a link and are none."""
    assert findings("L01", with_body("<a>Press me</a>"))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="mailto:hello@example.com?subject=Hi">Write</a>',
        '<a href="tel:+49301234">Call</a>',
        f'<a href="{UNSUBSCRIBE.token}">Leave</a>',
        '<a href="#there">Down</a><a name="there"></a>',
        '<a id="there"></a>',
        '<a href="https://example.com/?next=%23&amp;to=http://x">On</a>',
    ],
)
def test_l01_takes_what_leads_somewhere(html: str) -> None:
    """Mail, telephone, a reader's own link, a target in the letter, and a hash in a query."""
    assert not findings("L01", with_body(html))


def answered(answer: LinkAnswer) -> Evidence:
    return Evidence(links={BOOK: answer})


@pytest.mark.parametrize(
    "answer", [LinkAnswer(404), LinkAnswer(500), LinkAnswer(0, reason="no such host")]
)
def test_l01_finds_what_the_network_calls_dead(answer: LinkAnswer) -> None:
    """Gone, broken, or nobody there."""
    assert len(findings("L01", evidence=answered(answer))) == 1


@pytest.mark.parametrize("status", [200, 204, 401, 403, 405, 429])
def test_l01_lets_pages_turn_machines_away(status: int) -> None:
    """Many shops answer 403 to whoever is no browser; the page is there."""
    assert not findings("L01", evidence=answered(LinkAnswer(status)))


def test_l02_wants_https_and_few_redirects() -> None:
    """Plain http, and more than three hops."""
    assert findings("L02", link("http://example.com/x"))
    assert findings("L02", link("HTTP://example.com/x"))
    assert findings("L02", evidence=answered(LinkAnswer(200, hops=4)))


def test_l02_looks_at_the_scheme_alone() -> None:
    """http in a query, three hops, and our own pages on this machine are in order."""
    assert not findings("L02", link("https://example.com/?to=http://x.example"))
    assert not findings("L02", evidence=answered(LinkAnswer(200, hops=3)))
    assert not findings("L02", link("http://127.0.0.1:8700/archive/"))


def two(first: str, second: str) -> str:
    link = '<a href="https://s.test/{}">A page</a>'
    return with_body(link.format(f"a{first}") + link.format(f"b{second}"))


def test_l03_finds_links_counted_in_two_ways() -> None:
    """One marked and one not, or marked differently."""
    assert findings("L03", two("?utm_source=letter", ""))
    assert findings("L03", two("?utm_source=letter", "?utm_source=Letter"))


def test_l03_lets_utm_content_tell_links_apart() -> None:
    """That is what it is for; and another site may be counted in its own way."""
    mark = "?utm_source=letter&utm_medium=email&utm_campaign=12"
    assert not findings("L03", two(f"{mark}&utm_content=top", f"{mark}&utm_content=end"))
    assert not findings("L03", with_body(f'<a href="https://other.test/{mark}">Other</a>'))
