"""A reader stays: interests and rest for whoever holds a letter, the rest by a fresh link."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from newsletter.model.consent import MailName, RequestKind
from newsletter.store.requests import open_request
from newsletter.tokens import Purpose
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import dump, mark, queued, row_of
from tests.unit.web.public.stage import Stage

ADDRESS = "mira.holm@example.com"
NEED_A_FRESH_LINK = (
    {"action": "details", "first_name": "Mallory"},
    {"action": "address", "email": "mallory@example.com"},
    {"action": "download"},
    {"action": "erase", "sure": "yes"},
)


@pytest.fixture
def reader(stage: Stage) -> int:
    """A reader who chose tips."""
    return stage.reader(ADDRESS, first_name="Mira", interests=("tips",))


@pytest.fixture
def plain(stage: Stage, reader: int) -> str:
    """The link in a letter."""
    return mark(stage, Purpose.PREFERENCES, reader)


@pytest.fixture
def fresh(stage: Stage, reader: int) -> str:
    """The link in a mail that was just asked for."""
    return mark(stage, Purpose.FRESH, reader, ask(stage, reader, RequestKind.FRESH, minutes=30))


def ask(stage: Stage, reader: int, kind: RequestKind, minutes: int) -> int:
    """Open a request as the use case does; returns its id."""
    now = stage.clock.now()
    details = {"new_email": "new@example.com"} if kind is RequestKind.ADDRESS_CHANGE else {}
    with stage.store.write() as connection:
        ends = now + timedelta(minutes=minutes)
        return open_request(connection, kind, reader, now, ends, details)


def test_a_letter_passed_on_tells_nothing(browser: httpx.Client, plain: str) -> None:
    """The address is masked, the name is not there, and what needs a fresh link is not offered."""
    page = browser.get(f"/preferences/{plain}").text
    assert "m•••@e•••.com" in page
    for hidden in (ADDRESS, "Mira", "Erase me", "Download"):
        assert hidden not in page


def test_interests(stage: Stage, browser: httpx.Client, plain: str) -> None:
    """What is ticked is what comes from the next letter on."""
    answer = browser.post(f"/preferences/{plain}", data={"interests": ["news", "resources"]})
    assert "Saved. It counts from the next letter." in answer.text
    page = browser.get(f"/preferences/{plain}").text
    assert 'value="news" checked' in page
    assert 'value="tips" checked' not in page


def test_unticking_everything_offers_to_leave(
    stage: Stage, browser: httpx.Client, plain: str
) -> None:
    """Nothing changes until the offered button is pressed."""
    before = dump(stage)
    page = browser.post(f"/preferences/{plain}").text
    assert dump(stage) == before
    leave = page.split('action="/unsubscribe/')[1].split('"')[0]
    browser.post(f"/unsubscribe/{leave}")
    assert row_of(stage, ADDRESS).status == "unsubscribed"


def test_a_rest_and_its_end(
    stage: Stage, browser: httpx.Client, clock: SettableClock, plain: str
) -> None:
    """30, 60 or 90 days and no other number; one button ends it."""
    form = {"action": "pause", "days": "60"}
    assert "Your letters rest until" in browser.post(f"/preferences/{plain}", data=form).text
    assert row_of(stage, ADDRESS).paused_until == clock.now() + timedelta(days=60)
    assert browser.post(f"/preferences/{plain}", data={**form, "days": "31"}).status_code == 400
    assert browser.post(f"/preferences/{plain}", data={**form, "days": "x"}).status_code == 400
    browser.post(f"/preferences/{plain}", data={**form, "days": "0"})
    assert row_of(stage, ADDRESS).paused_until is None


@pytest.mark.parametrize("form", NEED_A_FRESH_LINK, ids=lambda form: str(form["action"]))
def test_a_plain_link_opens_no_more(
    stage: Stage, browser: httpx.Client, plain: str, form: dict[str, str]
) -> None:
    """Name, address, data and erasing by the link of a letter are refused."""
    before = dump(stage)
    assert browser.post(f"/preferences/{plain}", data=form).status_code == 410
    assert dump(stage) == before


@pytest.mark.parametrize("form", NEED_A_FRESH_LINK, ids=lambda form: str(form["action"]))
def test_a_fresh_link_holds_for_half_an_hour(
    stage: Stage, browser: httpx.Client, clock: SettableClock, fresh: str, form: dict[str, str]
) -> None:
    """After that it leads to what needs none."""
    clock.wait(31 * 60)
    before = dump(stage)
    assert browser.get(f"/preferences/{fresh}").status_code == 410
    assert browser.post(f"/preferences/{fresh}", data=form).status_code == 410
    assert dump(stage) == before


def test_a_fresh_link_is_mailed_to_the_address(
    stage: Stage, browser: httpx.Client, plain: str
) -> None:
    """The page tells the masked address, and the mail goes to nobody else."""
    answer = browser.post(f"/preferences/{plain}", data={"action": "fresh"})
    assert "m•••@e•••.com" in answer.text
    assert queued(stage, MailName.FRESH_LINK) == 1


def test_name_and_answers(stage: Stage, browser: httpx.Client, fresh: str) -> None:
    """They change, and the page shows the whole address now."""
    form = {"action": "details", "first_name": "Miriam", "clinic": "hamburg"}
    page = browser.post(f"/preferences/{fresh}", data=form).text
    assert ADDRESS in page
    row = row_of(stage, ADDRESS)
    assert (row.first_name, row.attributes) == ("Miriam", {"clinic": "hamburg"})
    wrong = browser.post(f"/preferences/{fresh}", data={**form, "clinic": "munich"})
    assert (wrong.status_code, "is no choice of Your clinic" in wrong.text) == (400, True)


def test_another_address_is_asked_first(
    stage: Stage, browser: httpx.Client, reader: int, fresh: str
) -> None:
    """It changes when the button behind the mail to the new address is pressed."""
    browser.post(f"/preferences/{fresh}", data={"action": "address", "email": "new@example.com"})
    assert queued(stage, MailName.ADDRESS_CHANGE) == 1
    request = ask(stage, reader, RequestKind.ADDRESS_CHANGE, minutes=60)
    token = mark(stage, Purpose.ADDRESS_CHANGE, reader, request)
    assert "Shall your letters come here?" in browser.get(f"/address/{token}").text
    assert row_of(stage, ADDRESS) is not None
    assert "Your letters come here now" in browser.post(f"/address/{token}").text
    assert row_of(stage, "new@example.com").id == reader


def test_the_link_to_a_new_address_ends(
    stage: Stage, browser: httpx.Client, clock: SettableClock, reader: int
) -> None:
    """Too late, it says what to do."""
    token = mark(
        stage, Purpose.ADDRESS_CHANGE, reader, ask(stage, reader, RequestKind.ADDRESS_CHANGE, 60)
    )
    clock.wait(3_601)
    assert browser.get(f"/address/{token}").status_code == 410
    assert browser.post(f"/address/{token}").status_code == 410
    assert browser.get("/address/nonsense").status_code == 404


def test_my_data_as_a_file(browser: httpx.Client, fresh: str) -> None:
    """Everything kept, as JSON that a browser saves."""
    answer = browser.post(f"/preferences/{fresh}", data={"action": "download"})
    assert answer.json()["address"] == ADDRESS
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"


def test_erasing_wants_a_tick(stage: Stage, browser: httpx.Client, fresh: str) -> None:
    """Without it nothing goes; with it the person is gone, and the links are dead."""
    assert browser.post(f"/preferences/{fresh}", data={"action": "erase"}).status_code == 400
    assert row_of(stage, ADDRESS) is not None
    form = {"action": "erase", "sure": "yes"}
    assert "Everything is erased" in browser.post(f"/preferences/{fresh}", data=form).text
    assert row_of(stage, ADDRESS) is None
    assert browser.get(f"/preferences/{fresh}").status_code == 404


def test_without_a_letter_at_hand(browser: httpx.Client) -> None:
    """A page says where the links stand and mails one."""
    page = browser.get("/preferences").text
    assert 'action="/subscribe"' in page
    assert browser.get("/preferences/nonsense").status_code == 404
