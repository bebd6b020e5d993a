"""A reader goes: one click, one button, the way back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from newsletter.store.tables import consent
from newsletter.tokens import Purpose
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import dump, mark, row_of
from tests.unit.web.public.stage import Stage

MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)
ONE_CLICKS: dict[str, dict[str, Any]] = {
    "urlencoded": {"data": {"List-Unsubscribe": "One-Click"}},
    "multipart": {
        "content": MULTIPART,
        "headers": {"content-type": "multipart/form-data; boundary=b"},
    },
}
ODD: dict[str, dict[str, Any]] = {
    "no body": {},
    "another field": {"data": {"a": "b"}},
    "broken multipart": {
        "content": b"--x\r\nnonsense",
        "headers": {"content-type": "multipart/form-data; boundary=b"},
    },
    "multipart without boundary": {
        "content": MULTIPART,
        "headers": {"content-type": "multipart/form-data"},
    },
    "no known type": {"content": b"\xff\xfe", "headers": {"content-type": "text/plain"}},
}


@pytest.fixture
def token(stage: Stage) -> str:
    """The mark in a letter's List-Unsubscribe."""
    return mark(stage, Purpose.UNSUBSCRIBE, stage.reader("ann@example.com"), 77)


@pytest.mark.parametrize("form", ONE_CLICKS)
def test_one_click(stage: Stage, browser: httpx.Client, token: str, form: str) -> None:
    """Either form of RFC 8058 acts at once: 200, no redirect, no cookie; again is the same."""
    asked = ONE_CLICKS[form]
    first = browser.post(f"/unsubscribe/{token}", **asked)
    assert row_of(stage, "ann@example.com").status == "unsubscribed"
    after = dump(stage)
    second = browser.post(f"/unsubscribe/{token}", **asked)
    for answer in (first, second):
        assert (answer.status_code, answer.text) == (200, "You are unsubscribed.\n")
        assert "set-cookie" not in answer.headers
    assert dump(stage) == after
    with stage.store.read() as connection:
        lines = connection.execute(select(consent.c.channel)).scalars().all()
    assert lines == ["one_click"]


@pytest.mark.parametrize("body", ODD)
def test_whatever_the_body_a_post_unsubscribes(
    stage: Stage, browser: httpx.Client, token: str, body: str
) -> None:
    """A mail program that gets the form wrong still does what its button says."""
    answer = browser.post(f"/unsubscribe/{token}", **ODD[body])
    assert answer.status_code == 200
    assert row_of(stage, "ann@example.com").status == "unsubscribed"


def test_looking_is_not_leaving(stage: Stage, browser: httpx.Client, token: str) -> None:
    """GET shows one button and the choice of fewer."""
    before = dump(stage)
    page = browser.get(f"/unsubscribe/{token}").text
    assert page.count('<button class="button"') == 1
    assert "Or get fewer" in page
    assert 'href="/preferences/' in page
    assert dump(stage) == before


def test_a_mistake_can_be_taken_back(stage: Stage, browser: httpx.Client, token: str) -> None:
    """The page after the button brings everything back, once or twice."""
    page = browser.post(f"/unsubscribe/{token}").text
    undo = page.split('action="/undo/')[1].split('"')[0]
    assert "Shall the letters come back?" in browser.get(f"/undo/{undo}").text
    assert "Good to have you back" in browser.post(f"/undo/{undo}").text
    assert row_of(stage, "ann@example.com").status == "confirmed"
    assert "come as before" in browser.post(f"/undo/{undo}").text


def test_after_a_week_it_is_too_late_to_take_back(
    browser: httpx.Client, token: str, clock: SettableClock
) -> None:
    """Then the page offers to sign up again."""
    page = browser.post(f"/unsubscribe/{token}").text
    undo = page.split('action="/undo/')[1].split('"')[0]
    clock.wait(8 * 86_400)
    for answer in (browser.get(f"/undo/{undo}"), browser.post(f"/undo/{undo}")):
        assert (answer.status_code, "Sign up again" in answer.text) == (410, True)


def test_a_reason_is_kept_beside_the_no(stage: Stage, browser: httpx.Client, token: str) -> None:
    """Ticked and written reasons end up in one line of the proof; the way back stays open."""
    page = browser.post(f"/unsubscribe/{token}").text
    undo = page.split('action="/reason/')[1].split('"')[0]
    said = {"reason": "Too many letters", "words": "Twice a week!"}
    answer = browser.post(f"/reason/{undo}", data=said)
    assert "Thank you for telling us" in answer.text
    assert f'action="/undo/{undo}"' in answer.text
    with stage.store.read() as connection:
        notes = connection.execute(select(consent.c.note)).scalars().all()
    assert notes[-1] == "Too many letters – Twice a week!"


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.UNSUBSCRIBE])
def test_no_other_mark_unsubscribes(stage: Stage, browser: httpx.Client, purpose: Purpose) -> None:
    """A mark made for one purpose never serves this one."""
    wrong = mark(stage, purpose, stage.reader("ann@example.com"))
    before = dump(stage)
    for answer in (
        browser.get(f"/unsubscribe/{wrong}"),
        browser.post(f"/unsubscribe/{wrong}"),
        browser.post(f"/unsubscribe/{wrong}", data={"List-Unsubscribe": "One-Click"}),
    ):
        assert answer.status_code == 404
    assert dump(stage) == before
