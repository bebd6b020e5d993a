"""What holds for every answer: headers, weight, hosts, limits, logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from structlog.testing import capture_logs

from newsletter.tokens import Purpose
from newsletter.web.public.access_log import masked_path
from tests.unit.web.public.asking import mark, sign_up
from tests.unit.web.public.stage import Stage

TOKEN = "A" * 44
HEAVIEST = 50_000
LOGOS = re.compile(r'<picture>\s*<source srcset="([^"]+)".*?<img src="([^"]+)"', re.DOTALL)
LOADED = re.compile(r'(?:src|srcset|href)="([^"]+\.(?:css|png|webp|svg)[^"]*)"')


def test_a_page_loads_little_and_nothing_foreign(stage: Stage, browser: httpx.Client) -> None:
    """With style, logo and the letter's picture the sign-up page is under 50 KB; no script."""
    stage.reader("ann@example.com")
    stage.dispatch("12")
    for path in ("/", "/archive/", "/preferences", "/nothing"):
        page = browser.get(path)
        assert "<script" not in page.text
        assert " style=" not in page.text
        loaded = set(LOADED.findall(page.text))
        assert all(address.startswith("/") for address in loaded)
        answers = {address: browser.get(address) for address in loaded}
        assert {answer.status_code for answer in answers.values()} == {200}
        weights = {address: len(answer.content) for address, answer in answers.items()}
        logos = [weights.pop(address) for address in LOGOS.search(page.text).groups()]  # type: ignore[union-attr]
        # A browser loads one of the two, as light or dark is preferred.
        weight = len(page.content) + sum(weights.values()) + max(logos)
        assert weight < HEAVIEST, (path, weight)


def test_pages_say_what_browsers_must_not_do(browser: httpx.Client) -> None:
    """No script, no frame, no foreign load, no guessing of types."""
    for path in ("/", "/archive/", "/preferences", f"/confirm/{TOKEN}", "/nothing", "/style.css"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "set-cookie" not in headers


def test_a_page_with_a_mark_leaves_no_trace(stage: Stage, browser: httpx.Client) -> None:
    """It is not kept, not indexed, and not told to where it links; nor are refusals."""
    token = mark(stage, Purpose.UNSUBSCRIBE, stage.reader("ann@example.com"))
    asked = [
        browser.get(f"/unsubscribe/{token}"),
        browser.post(f"/unsubscribe/{token}"),
        *(browser.get(f"/{name}/{TOKEN}") for name in ("confirm", "preferences", "view", "undo")),
        browser.put(f"/unsubscribe/{token}"),
    ]
    for answer in asked:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]


def test_https_is_told_only_where_it_is(stage: Stage, browser: httpx.Client) -> None:
    """A site reached by http does not promise https."""
    assert "strict-transport-security" not in browser.get("/").headers


def test_only_known_names_are_answered(browser: httpx.Client) -> None:
    """A foreign Host gets nothing, whatever it asks for."""
    for path in ("/", "/subscribe", "/feed.xml"):
        assert browser.get(path, headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/subscribe", f"/unsubscribe/{TOKEN}", "/api/subscribe"])
def test_a_body_has_an_end(browser: httpx.Client, path: str) -> None:
    """More than 32 KB is refused, announced or not."""

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"a=" + b"b" * 1_022

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post(path, content=b"a" * 40_000, headers=form).status_code == 413
    assert browser.post(path, content=endless(), headers=form).status_code == 413


def test_logs_hold_no_mark_and_no_address(stage: Stage, browser: httpx.Client) -> None:
    """Marks are masked, queries left out, networks cut."""
    token = mark(stage, Purpose.PREFERENCES, stage.reader("ann@example.com"))
    with capture_logs() as lines:
        browser.get(f"/preferences/{token}?email=ann@example.com")
        browser.get(f"/view//{token}")
    assert [line["path"] for line in lines] == ["/preferences/•••", "/view//•••"]
    assert lines[0]["network"] == "127.0.0.0/24"
    assert token not in str(lines)
    assert "ann@" not in str(lines)


def test_a_pictures_name_is_no_mark() -> None:
    """It may stand in a log."""
    path = f"/media/{'a' * 64}.png"
    assert masked_path(path) == path


def test_a_mail_program_meets_no_limit(browser: httpx.Client, stage: Stage) -> None:
    """Unsubscribing is never too often."""
    token = mark(stage, Purpose.UNSUBSCRIBE, stage.reader("ann@example.com"))
    one_click = {"List-Unsubscribe": "One-Click"}
    answers = [browser.post(f"/unsubscribe/{token}", data=one_click) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}


def test_a_forwarded_address_counts_only_from_a_trusted_proxy(stage: Stage) -> None:
    """Whoever writes the header himself stays who he is."""
    from newsletter.web.public import Callers

    alone, behind = Callers(), Callers(["10.0.0.0/8", "::1"])
    table = [
        (alone, "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        (behind, "203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        (behind, "10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        (behind, "10.1.2.3", ["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        (behind, "10.1.2.3", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        (behind, "10.1.2.3", [], "10.1.2.3"),
        (behind, "10.1.2.3", ["nonsense"], ""),
        (behind, "::1", ["[2001:db8::1]:443"], "2001:db8::1"),
        (behind, "::ffff:10.1.2.3", ["198.51.100.1:5555"], "198.51.100.1"),
        (behind, "", ["198.51.100.1"], ""),
    ]
    for callers, peer, forwarded, told in table:
        assert callers.address(peer, forwarded) == told, (peer, forwarded)


def test_the_answer_to_a_sign_up_carries_no_trace(browser: httpx.Client, stage: Stage) -> None:
    """What was typed does not come back, and the page is not kept."""
    from tests.peers_ledger import SettableClock

    assert isinstance(stage.clock, SettableClock)
    answer = sign_up(browser, stage.clock, "ann@example.com", first_name="Ann")
    assert "ann@" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
