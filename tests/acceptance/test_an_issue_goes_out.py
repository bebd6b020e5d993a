"""How an issue goes out: from a file to every reader, once, whatever comes between."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter.dispatching.ticking import last_tick
from newsletter.model.ledger import BatchState
from newsletter.store.tables import attempt, batch
from tests.acceptance.newsroom import Newsroom, make_due, until

LIST = "email,first_name,interests,zone\n" + "".join(
    f"reader{at}@reader.example,N{at},,\n" for at in range(2_500)
)


def test_a_scheduled_issue_goes_out(newsroom: Newsroom) -> None:
    """Imported readers get an approved, scheduled issue once, by `python scheduler.py` alone."""
    goes_out(newsroom)


@pytest.mark.long
@pytest.mark.postgres
def test_a_scheduled_issue_goes_out_on_postgresql(postgres_newsroom: Newsroom) -> None:
    """The same journey on PostgreSQL."""
    goes_out(postgres_newsroom)


def goes_out(newsroom: Newsroom) -> None:
    (newsroom.site / "list.csv").write_text(LIST, "utf-8")
    brought = newsroom.ask("subscribers", "import", "list.csv", "--consent", "The spring form")
    assert (brought["imported"], brought["rejected"]) == (2_500, 0)

    approved = newsroom.ask("approve", "letter-1", "--by", "Ada")
    assert [each["readers"] for each in approved["renditions"]] == [2_500]
    assert len(approved["renditions"][0]["sha256"]) == 64

    planned = newsroom.ask("schedule", "1", "--at", "2037-12-01 09:00")
    assert (planned["state"], planned["readers"]) == ("scheduled", 2_500)
    assert newsroom.requests() == 0
    make_due(newsroom, hours_ago=0)

    with newsroom.scheduler():
        until(lambda: newsroom.sandbox.stats()["recipients"] == 2_500)
        until(lambda: newsroom.status()["state"] == "sent")

    status = newsroom.status()
    assert (status["frozen"], status["accepted"], status["unknown"]) == (2_500, 2_500, 0)
    assert set(newsroom.mailed().values()) == {1}
    assert newsroom.subjects_of("reader7@reader.example") == ["First words"]


def test_nothing_is_sent_because_a_file_says_so(newsroom: Newsroom) -> None:
    """An approved issue whose send_at is past stays where it is while a scheduler runs."""
    newsroom.write(send_at="2020-01-01 09:00")
    newsroom.bring(10)
    newsroom.run("approve", "1", "--by", "Ada")
    with newsroom.scheduler(), newsroom.store() as store:

        def ticked() -> object:
            with store.read() as connection:
                return last_tick(connection)

        first = until(ticked)
        until(lambda: ticked() != first)
    assert newsroom.requests() == 0
    assert newsroom.status()["state"] == "approved"


def test_send_does_it_all_and_twice_does_nothing(newsroom: Newsroom) -> None:
    """`send` approves, sends and reports; again, it says that it was sent and sends nothing."""
    newsroom.bring(1_500)
    first = newsroom.ask("send", "1", "--by", "Ada")
    assert (first["state"], first["accepted"], first["approved_by"]) == ("sent", 1_500, "Ada")
    calls = newsroom.requests()

    told = newsroom.run("send", "1")

    assert "was sent already; nothing is sent" in told
    assert newsroom.requests() == calls
    assert set(newsroom.mailed().values()) == {1}


def test_two_sends_at_once_are_one(newsroom: Newsroom) -> None:
    """Two people who type `send` at the same moment mail every reader once."""
    newsroom.bring(6_000)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.faults("slow:1:0.2")
    both = [newsroom.begin("send", "1", "--json") for _ in range(2)]
    for process in both:
        assert process.wait().require(0).json["state"] == "sent"
    assert len(newsroom.mailed()) == 6_000
    assert set(newsroom.mailed().values()) == {1}


def test_pause_resume_and_cancel_take_effect_within_a_second(newsroom: Newsroom) -> None:
    """Nothing begins a second after `pause`, sending goes on within one after `resume`, and
    `cancel` ends it with a balance.
    """
    newsroom.bring(16_000)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.faults("slow:1:2")
    sender = newsroom.begin("send", "1", "--json")
    until(newsroom.requests)

    newsroom.run("pause", "1", "--by", "Ben", "--reason", "A wrong price.")
    until(lambda: in_state(newsroom, BatchState.SENDING) == 0)
    begun = attempts(newsroom)
    assert newsroom.status()["dispatches"][0]["reason"] == "A wrong price."
    assert attempts(newsroom) == begun
    assert sender.is_alive, "whoever stays waits out a pause somebody wished for"

    newsroom.run("resume", "1", "--by", "Ben")
    until(lambda: attempts(newsroom) > begun)

    newsroom.run("cancel", "1", "--by", "Ben")
    ended = sender.wait().require(1).json
    assert ended["state"] == "cancelled"
    assert ended["frozen"] == 16_000 == ended["accepted"] + ended["excluded"]
    assert ended["dispatches"][0]["excluded_because"] == {"cancelled": ended["excluded"]}
    assert len(newsroom.mailed()) == ended["accepted"] < 16_000


def test_sigterm_finishes_what_is_on_the_wire(newsroom: Newsroom) -> None:
    """A terminated `send` leaves nothing unknown, says how to go on, and the next one goes on."""
    newsroom.bring(8_000)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.faults("slow:1:1")
    sender = newsroom.begin("send", "1")
    until(newsroom.requests)

    assert "newsletter send 1" in sender.end(signal.SIGTERM).require(130).out
    assert in_state(newsroom, BatchState.SENDING) == 0
    halfway = newsroom.status()
    assert halfway["unknown"] == 0
    assert 0 < halfway["accepted"] < 8_000

    newsroom.faults()
    ended = newsroom.ask("send", "1")
    assert (ended["state"], ended["accepted"]) == ("sent", 8_000)
    assert set(newsroom.mailed().values()) == {1}


def test_ctrl_c_is_as_gentle(newsroom: Newsroom) -> None:
    """Ctrl-C ends a `send` like SIGTERM does, with exit code 130."""
    newsroom.bring(8_000)
    newsroom.faults("slow:1:1")
    sender = newsroom.begin("send", "1", "--by", "Ada")
    until(newsroom.requests)
    assert "nobody is lost" in sender.end(signal.SIGINT).require(130).out
    assert newsroom.status()["unknown"] == 0


def test_unknown_is_never_called_complete(newsroom: Newsroom) -> None:
    """A lost answer ends in exit code 3 and *uncertain*, until a person decides."""
    newsroom.bring(100)
    newsroom.faults("reset_after_accept:1")
    ended = newsroom.ask("send", "1", "--by", "Ada", code=3)
    assert (ended["state"], ended["unknown"], ended["uncertain"]) == ("sent", 100, True)
    assert "sent, 100 uncertain" in newsroom.run("status", "1")

    listed = newsroom.ask("resolve", "1", code=3)
    assert [each["readers"] for each in listed["unknown"]] == [100]
    assert "may still be on their way" in newsroom.run(
        "resolve", "1", "--send-again", "--by", "Ada", code=1
    )
    assert "--by" in newsroom.run("resolve", "1", "--assume-sent", code=2)
    newsroom.run("resolve", "1", "--assume-sent", "--by", "Ada")

    status = newsroom.status()
    assert (status["accepted"], status["unknown"], status["uncertain"]) == (100, 0, False)
    assert set(newsroom.mailed().values()) == {1}


def test_a_correction_reaches_those_not_yet_mailed(newsroom: Newsroom) -> None:
    """`correct` on a paused issue sends the new version to the rest, and nobody gets both."""
    newsroom.bring(8_000)
    newsroom.run("approve", "1", "--by", "Ada")
    newsroom.faults("slow:1:2")
    sender = newsroom.begin("send", "1")
    until(newsroom.requests)
    assert "Pause it before correcting" in newsroom.run("correct", "1", "--by", "Ada", code=1)
    newsroom.run("pause", "1")
    until(lambda: in_state(newsroom, BatchState.SENDING) == 0)
    before = set(newsroom.mailed())
    assert "still make what" in newsroom.run("correct", "1", "--by", "Ada", code=1)

    newsroom.write(subject="Better words")
    newsroom.faults()
    newsroom.run("correct", "1", "--by", "Ben")
    sender.wait().require(0)

    mailed = newsroom.mailed()
    assert len(mailed) == 8_000
    assert set(mailed.values()) == {1}
    assert newsroom.subjects_of(min(before)) == ["First words"]
    assert newsroom.subjects_of(min(mailed.keys() - before)) == ["Better words"]


def test_a_follow_up_reaches_those_who_joined_since(newsroom: Newsroom) -> None:
    """`follow-up` counts whom it would mail, and mails these alone."""
    newsroom.bring(50)
    assert "never sent" in newsroom.run("follow-up", "1", code=1)
    newsroom.run("send", "1", "--by", "Ada")
    assert "nobody to follow" in newsroom.run("follow-up", "1", code=1)
    newsroom.bring(7, host="new.example")

    counted = newsroom.ask("follow-up", "1", "--dry-run")
    assert (counted["never_frozen"], counted["rejected"], counted["readers"]) == (7, 0, 7)
    newsroom.run("follow-up", "1")
    ended = newsroom.ask("send", "1")

    assert (ended["accepted"], len(ended["dispatches"])) == (57, 2)
    assert len(newsroom.mailed()) == 57
    assert set(newsroom.mailed().values()) == {1}


def test_a_test_mail_stays_out_of_the_ledger(newsroom: Newsroom, tmp_path: Path) -> None:
    """`test` mails the draft with `[Test]` before its subject, and readers count nothing of it."""
    newsroom.bring(3)
    (tried,) = newsroom.ask("test", "1", "me@here.example")
    assert (tried["outcome"], tried["variant"]) == ("accepted", "all")
    newsroom.ask("send", "1", "--to", "you@here.example")
    assert newsroom.subjects_of("me@here.example") == ["[Test] First words"]
    assert len(newsroom.mailed()) == 2
    assert newsroom.status()["frozen"] == 0


def test_status_follows_until_ctrl_c(newsroom: Newsroom) -> None:
    """`status --watch` shows where it stands, and Ctrl-C ends it with 130."""
    newsroom.run("approve", "1", "--by", "Ada")
    watching = newsroom.begin("status", "1", "--watch")
    until(lambda: b"approved by Ada" in (watching.folder / "out").read_bytes())
    watching.end(signal.SIGINT).require(130)


def in_state(newsroom: Newsroom, *states: BatchState) -> int:
    with newsroom.store() as store, store.read() as connection:
        query = select(func.count()).select_from(batch).where(batch.c.state.in_(states))
        return int(connection.execute(query).scalar_one())


def attempts(newsroom: Newsroom) -> int:
    with newsroom.store() as store, store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(attempt)).scalar_one())
