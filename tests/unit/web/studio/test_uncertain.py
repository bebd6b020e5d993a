"""Uncertain deliveries in the studio: explained, shown with evidence, decided by a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from newsletter.dispatching.unknown import uncertain_issues, unknown_readers
from newsletter.model.person import Role
from newsletter.store.tables import attempt, audit, decision
from tests.peers_ledger import SettableClock, World, ambiguous
from tests.studio import Studio

PATH = "/studio/uncertain/12"


@pytest.fixture
def world(studio: Studio) -> World:
    """Issue 12 went to three readers; of all of them nobody knows."""
    made = World(studio.store, SettableClock(datetime.now(UTC)))
    made.transport.script.append(ambiguous)
    made.begin(3)
    made.run()
    return made


def let_time_pass(studio: Studio) -> None:
    """As if the call had been made two hours earlier."""
    with studio.store.write() as connection:
        connection.execute(
            update(attempt).values(started_at=datetime.now(UTC) - timedelta(hours=2))
        )


def test_issues_with_uncertain_readers_are_known(studio: Studio, world: World) -> None:
    """How many, of which issue, and who."""
    (issue,) = uncertain_issues(studio.store)
    assert (issue.number, issue.subject, issue.readers) == (12, "Issue 12", 3)
    with studio.store.read() as connection:
        assert len(unknown_readers(connection, 12, 2)) == 2


def test_nothing_uncertain_is_said_in_words(studio: Studio) -> None:
    """The page explains what it is about even when there is nothing."""
    page = studio.client(Role.PUBLISHER).get("/studio/uncertain").text
    assert "Nothing is uncertain" in page
    assert "never send them again by ourselves" in page
    assert studio.client(Role.PUBLISHER).get(PATH).status_code == 404


def test_a_publisher_sees_no_address(studio: Studio, world: World) -> None:
    """An admin sees whole ones, with the way to each reader; an editor nothing at all."""
    assert "3 readers" in studio.client(Role.PUBLISHER).get("/studio/uncertain").text
    masked = studio.client(Role.PUBLISHER).get(PATH).text
    assert "r•••@r•••.test" in masked
    assert "@reader.test" not in masked
    whole = studio.client(Role.ADMIN).get(PATH).text
    assert "r00001@reader.test" in whole
    editor = studio.client(Role.EDITOR)
    for path in ("/studio/uncertain", PATH, f"{PATH}/decide?what=send_again"):
        assert editor.get(path).status_code == 403
    for path in ("/studio/uncertain/ask", f"{PATH}/decide"):
        typed = {"what": "send_again", "seen": "3", "typed": "3"}
        assert editor.post(path, typed).status_code == 403
    assert world.outcomes() == {"unknown": 3}


def test_sending_again_waits_an_hour(studio: Studio, world: World) -> None:
    """The ledger's own refusal is shown before anybody can decide, and holds by hand too."""
    browser = studio.client(Role.PUBLISHER)
    assert "Sending again is possible in" in browser.get(PATH).text
    typed = {"what": "send_again", "seen": "3", "typed": "3"}
    refused = browser.post(f"{PATH}/decide", typed)
    assert refused.status_code == 400
    assert "Sending again is possible in" in refused.text
    assert world.outcomes() == {"unknown": 3}


def test_sending_again_has_the_count_typed(studio: Studio, world: World) -> None:
    """A wrong number, or one that is not true any more, sends nothing; the right one does."""
    let_time_pass(studio)
    browser = studio.client(Role.PUBLISHER)
    assert "Type the number of readers" in browser.get(f"{PATH}/decide", what="send_again").text
    for seen, typed in (("3", "2"), ("2", "2")):
        answer = browser.post(
            f"{PATH}/decide", {"what": "send_again", "seen": seen, "typed": typed}
        )
        assert answer.status_code == 400
        assert world.outcomes() == {"unknown": 3}
    answer = browser.post(f"{PATH}/decide", {"what": "send_again", "seen": "3", "typed": " 3 "})
    assert answer.status_code == 303
    assert world.outcomes() == {"queued": 3}


def test_a_decision_is_written_down_with_who_and_when(studio: Studio, world: World) -> None:
    """Assuming they got it counts them as sent; the ledger and the audit log say by whom."""
    browser = studio.client(Role.PUBLISHER)
    assert "Assume they got it?" in browser.get(f"{PATH}/decide", what="assume_sent").text
    answer = browser.post(f"{PATH}/decide", {"what": "assume_sent", "seen": "3"})
    assert answer.status_code == 303
    assert world.outcomes() == {"accepted": 3}
    with studio.store.read() as connection:
        made = connection.execute(select(decision).where(decision.c.what == "assume_sent")).one()
        logged = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(1)).one()
    assert (made.by, made.readers) == ("Paul Press", 3)
    assert (logged.action, logged.subject) == ("decided: assume sent", "issue 12")
    assert "Nothing is uncertain" in browser.get("/studio/uncertain").text


def test_without_a_log_nobody_is_asked(studio: Studio, world: World) -> None:
    """Where there is no provider to ask, that is said and no button offers it."""
    browser = studio.client(Role.PUBLISHER)
    if studio.app.open_provider_log() is None:
        assert "Ask now" not in browser.get(PATH).text
        assert browser.post("/studio/uncertain/ask").status_code == 400
