"""When an issue goes out: said, moved, missed, and on each reader's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.newsroom import Newsroom, in_utc, make_due, until


@pytest.fixture
def approved(newsroom: Newsroom) -> Newsroom:
    """A newsroom with one approved issue and twenty readers."""
    newsroom.bring(20)
    newsroom.run("approve", "1", "--by", "Ada")
    return newsroom


def test_the_plan_is_one_sentence(approved: Newsroom) -> None:
    """`schedule` says day, time, place, how long, and how many; `unschedule` takes it back."""
    year = datetime.now(UTC).year + 2
    approved.write(send_at=f"{year}-12-01 09:00", timezone="Europe/Berlin")
    told = approved.run("schedule", "1")
    assert f"1 December {year}, 09:00 in Berlin, in " in told
    assert "20 readers." in told
    assert "No scheduler is running" in told
    assert "off the calendar" in approved.run("unschedule", "1")
    assert approved.status()["state"] == "cancelled"
    assert approved.ask("schedule", "1")["state"] == "scheduled"


def test_what_is_said_beats_the_file(approved: Newsroom) -> None:
    """`--at` and `--timezone` win over `send_at` and `timezone`."""
    approved.write(send_at="2037-12-01 09:00", timezone="Europe/Berlin")
    made = approved.ask("schedule", "1", "--at", "2037-07-01 08:00", "--timezone", "Asia/Kathmandu")
    assert made["due_at"] == "2037-07-01T02:15:00+00:00"
    assert (made["wall_time"], made["timezone"]) == ("2037-07-01 08:00", "Asia/Kathmandu")


_MEANS_NOTHING = (
    ((), "proposes no time"),
    (("--at", "tomorrow"), "YYYY-MM-DD HH:MM"),
    (("--at", "2020-01-01 09:00"), "is past"),
    (("--at", "2037-01-01 09:00", "--timezone", "Europe/Berln"), "Europe/Berlin"),
    (
        ("--at", "2037-03-29 02:30", "--timezone", "Europe/Berlin"),
        "The nearest are 2037-03-29 01:59 and 2037-03-29 03:00",
    ),
    (
        ("--at", "2037-10-25 02:30", "--timezone", "Europe/Berlin"),
        '"2037-10-25 02:30+02:00" or "2037-10-25 02:30+01:00"',
    ),
    (
        ("--at", "2037-04-05 01:45", "--timezone", "Australia/Lord_Howe"),
        '"2037-04-05 01:45+11:00" or "2037-04-05 01:45+10:30"',
    ),
)


def test_a_time_that_means_nothing_is_refused(approved: Newsroom) -> None:
    """No time, a past one, one the clock jumps over or shows twice: told what to say instead."""
    for words, said in _MEANS_NOTHING:
        assert said in approved.run("schedule", "1", *words, code=2), words
        assert approved.status()["state"] == "approved", words


def test_a_time_that_comes_twice_may_be_told_which(approved: Newsroom) -> None:
    """With its offset a time in the autumn fold is one moment, and read back so."""
    zone = ("--timezone", "Europe/Berlin")
    first = approved.ask("schedule", "1", "--at", "2037-10-25 02:30+02:00", *zone)
    assert first["due_at"] == "2037-10-25T00:30:00+00:00"
    told = approved.run("schedule", "1", "--at", "2037-10-25 02:30+01:00", *zone, "--yes")
    assert "02:30 (UTC+01:00) in Berlin" in told


def test_only_what_may_be_sent_is_scheduled(newsroom: Newsroom) -> None:
    """An issue without approval, without readers or with errors is refused, and says why."""
    at = ("--at", "2037-12-01 09:00")
    assert "newsletter approve 1" in newsroom.run("schedule", "1", *at, code=1)
    newsroom.run("approve", "1", "--by", "Ada")
    assert "holds no reader" in newsroom.run("schedule", "1", *at, code=1)
    newsroom.bring(3)
    newsroom.write(subject="'[unfinished](http://example.com'", snippets="[cta: {text: Book}]")
    assert newsroom.begin("schedule", "1", *at).wait().code in (1, 2)
    assert newsroom.status()["dispatches"] == []


def test_a_second_schedule_moves_it(approved: Newsroom) -> None:
    """Moving needs a yes; then it is the same dispatch at another time."""
    first = approved.ask("schedule", "1", "--at", "2037-12-01 09:00")
    told = approved.run("schedule", "1", "--at", "2037-12-02 09:00", code=2)
    assert "is scheduled for 2037-12-01 09:00" in told
    assert "--yes" in told
    assert approved.status()["dispatches"][0]["due_at"] == first["due_at"]
    moved = approved.ask("schedule", "1", "--at", "2037-12-02 09:00", "--yes")
    assert moved["id"] == first["id"]
    assert moved["due_at"] > first["due_at"]


def test_approving_again_takes_the_place_and_keeps_the_time(approved: Newsroom) -> None:
    """A changed file changes nothing until it is approved again; then the dispatch sends it."""
    first = approved.ask("schedule", "1", "--at", in_utc(seconds=8), "--timezone", "UTC")
    approved.write(subject="Second thoughts")
    assert approved.status()["changed_since_approval"]
    assert "changed since approval" in approved.run("status", "1")

    assert "--yes" in approved.run("approve", "1", "--by", "Ben", code=2)
    assert approved.status()["approved_by"] == "Ada"
    approved.run("approve", "1", "--by", "Ben", "--yes")

    bound = approved.status()["dispatches"][0]
    assert (bound["id"], bound["due_at"]) == (first["id"], first["due_at"])
    assert bound["approval"] != first["approval"]
    with approved.scheduler():
        until(lambda: len(approved.mailed()) == 20)
    assert approved.subjects_of("r00007@reader.example") == ["Second thoughts"]


def test_what_was_approved_is_what_they_get(approved: Newsroom) -> None:
    """`send` after a change of the file sends the approved bytes, and says so."""
    approved.write(subject="Never approved")
    assert "changed since Ada approved" in approved.run("send", "1")
    assert approved.subjects_of("r00007@reader.example") == ["First words"]


def test_what_was_missed_waits_for_a_person(approved: Newsroom) -> None:
    """Seven hours late nothing is sent by itself; overdue is red; a new time lets it go."""
    approved.ask("schedule", "1", "--at", "2037-12-01 09:00")
    make_due(approved, hours_ago=7)
    late = approved.status()
    assert late["overdue"]
    assert "OVERDUE" in approved.run("status", "1")

    with approved.scheduler():
        until(lambda: approved.status()["state"] == "needs_review")
        assert "needs review" in approved.run("send", "1", code=1)
        assert approved.requests() == 0
        approved.run("schedule", "1", "--at", in_utc(seconds=4), "--timezone", "UTC", "--yes")
        until(lambda: approved.status()["state"] == "sent")
    assert set(approved.mailed().values()) == {1}


def test_each_reader_on_their_own_clock(newsroom: Newsroom) -> None:
    """Waves go by zone; a zone nobody knows counts as the site's; one wave is cancelled alone."""
    now = datetime.now(UTC).replace(microsecond=0)
    newsroom.bring(4, "utc.example", "Etc/UTC")
    newsroom.bring(3, "nowhere.example", "Mars/Olympus")
    newsroom.bring(2, "honolulu.example", "Pacific/Honolulu")
    newsroom.environ["NEWSLETTER_DISPATCH__TIMEZONE"] = "Etc/UTC"
    newsroom.run("approve", "1", "--by", "Ada")
    at = ("--at", f"{now + timedelta(seconds=9):%Y-%m-%d %H:%M:%S}", "--timezone", "subscriber")
    made = newsroom.ask("schedule", "1", *at)
    assert (made["timezone"], made["readers"]) == ("subscriber", 9)

    with newsroom.scheduler():
        until(lambda: len(newsroom.mailed()) == 7)
        waves = newsroom.status()["dispatches"][0]["waves"]
        (waiting,) = [wave for wave in waves if wave["state"] == "waiting"]
        assert datetime.fromisoformat(waiting["due_at"]) > now + timedelta(hours=9)
        assert "has no wave 999" in newsroom.run("cancel", "1", "--wave", "999", code=2)
        newsroom.run("cancel", "1", "--wave", str(waiting["id"]))
        until(lambda: newsroom.status()["state"] == "sent")

    ended = newsroom.status()
    assert (ended["accepted"], ended["excluded"]) == (7, 2)
    assert not any(email.endswith("honolulu.example") for email in newsroom.mailed())


def test_readers_already_past_that_time_are_told_before(newsroom: Newsroom) -> None:
    """Where some readers' time is past, a person chooses: now, or the next day."""
    now = datetime.now(UTC)
    newsroom.bring(5, "east.example", "Pacific/Kiritimati")  # 14 hours ahead
    newsroom.bring(2, "west.example", "Pacific/Pago_Pago")  # 11 hours behind
    newsroom.run("approve", "1", "--by", "Ada")
    at = ("--at", f"{now:%Y-%m-%d %H:%M}", "--timezone", "subscriber")

    told = newsroom.run("schedule", "1", *at, code=2)
    assert "5 readers in Pacific/Kiritimati" in told
    assert "--past next_day" in told

    made = newsroom.ask("schedule", "1", *at, "--past", "next_day")
    assert made["past"] == "next_day"
    assert datetime.fromisoformat(made["due_at"]) > now + timedelta(hours=9)
