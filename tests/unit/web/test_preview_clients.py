"""The preview shows a mail roughly as other clients do, and what is read aloud of it."""

from __future__ import annotations

import httpx
import pytest

from newsletter.checks.simulating import CLIENTS
from tests.unit.web.test_preview import PAGE


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_every_client_can_be_chosen(browser: httpx.Client, client: object) -> None:
    """The page says "roughly", and offers the frame with that client's HTML."""
    slug, name = client.slug, client.name  # type: ignore[attr-defined]
    text = browser.get(PAGE, params={"client": slug}).text
    assert f'<option value="{slug}" selected>roughly as {name} shows it' in text
    assert f"client={slug}" in text


def test_a_simulated_mail_is_as_confined_as_the_real_one(browser: httpx.Client) -> None:
    """What a client leaves of a mail is shown under the same policy, in the same sandbox."""
    plain = browser.get(f"{PAGE}/all.html")
    changed = browser.get(f"{PAGE}/all.html", params={"client": "gmail-other"})
    policy = "Content-Security-Policy"
    assert changed.headers[policy] == plain.headers[policy]
    assert "<style" in plain.text
    assert "<style" not in changed.text


def test_the_page_lists_what_was_changed_and_who_says_so(browser: httpx.Client) -> None:
    """Each kind of change stands there with its count and its source."""
    text = browser.get(PAGE, params={"client": "gmail-other"}).text
    assert "× &lt;style&gt; taken out" in text
    assert "html-style" in text


def test_apple_mail_gets_the_same_bytes(browser: httpx.Client) -> None:
    """A client that changes nothing is shown the mail as it is sent."""
    shown = browser.get(f"{PAGE}/all.html", params={"client": "apple"}).text
    assert shown == browser.get(f"{PAGE}/all.html").text
    assert "known to take it as it is" in browser.get(PAGE, params={"client": "apple"}).text


def test_an_exact_file_is_never_simulated(browser: httpx.Client) -> None:
    """Exact means the bytes as sent, whatever client is being looked at."""
    exact = browser.get(f"{PAGE}/all.html", params={"exact": "1", "client": "gmail-other"}).text
    assert exact == browser.get(f"{PAGE}/all.html", params={"exact": "1"}).text


def test_an_unknown_client_shows_the_mail_as_sent(browser: httpx.Client) -> None:
    """An address that was typed wrong does no harm."""
    shown = browser.get(f"{PAGE}/all.html", params={"client": "pine"}).text
    assert shown == browser.get(f"{PAGE}/all.html").text


def test_what_is_read_aloud_stands_on_the_page(browser: httpx.Client) -> None:
    """With the reader's own values filled in."""
    text = browser.get(PAGE, params={"show": "spoken", "persona": "sample"}).text
    assert "Title: " in text
    assert "Dear Mira, this is the opening." in text
