"""What a person is asked at a terminal before anything irreversible happens."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.acceptance.newsroom import Newsroom, back_date
from tests.processes import PATIENCE


def at_terminal(
    newsroom: Newsroom,
    *words: str,
    typed: str,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[int, str]:
    """Run a command whose input and error are a terminal; returns exit code and the screen.

    Args:
        typed: the answer; there before the question, unless something happens meanwhile.
        meanwhile: what happens while the question stands.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words],
        cwd=newsroom.site,
        env=newsroom.environ | {"TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    if meanwhile is None:
        os.write(ours, typed.encode() + b"\n")
    screen = bytearray()
    try:
        while part := os.read(ours, 4_096):
            screen += part
            if meanwhile is not None and b"[y/N]" in screen:
                meanwhile()
                meanwhile = None
                os.write(ours, typed.encode() + b"\n")
    except OSError:  # Linux: the other end is closed
        pass
    finally:
        os.close(ours)
    return process.wait(PATIENCE), screen.decode("utf-8", "replace")


@pytest.fixture
def approved(newsroom: Newsroom) -> Newsroom:
    newsroom.bring(1_234)
    newsroom.run("approve", "1", "--by", "Ada")
    return newsroom


def test_the_count_must_be_typed(approved: Newsroom) -> None:
    """`send` shows subject, audience and count; a wrong number sends nothing."""
    code, screen = at_terminal(approved, "send", "1", typed="1233")
    assert code == 1
    for word in ("First words", "everyone", "1,234 readers", "Nothing was changed"):
        assert word in screen
    assert approved.requests() == 0
    assert approved.status()["dispatches"] == []


def test_the_right_count_sends(approved: Newsroom) -> None:
    """Typed as a person writes it, with or without the comma, it goes out."""
    code, screen = at_terminal(approved, "send", "1", typed="1,234")
    assert code == 0, screen
    assert len(approved.mailed()) == 1_234


@pytest.mark.long
def test_a_no_changes_nothing(approved: Newsroom) -> None:
    """`approve` while scheduled and `cancel` ask, and a no leaves all as it was."""
    before = approved.ask("schedule", "1", "--at", "2037-12-01 09:00")
    approved.write(subject="Second thoughts")
    for words in (("approve", "1", "--by", "Ben"), ("cancel", "1")):
        code, screen = at_terminal(approved, *words, typed="n")
        assert code == 1, screen
        assert "[y/N]" in screen
    after = approved.status()["dispatches"][0]
    assert (after["state"], after["approval"]) == ("scheduled", before["approval"])


def test_a_yes_is_about_those_who_were_listed(newsroom: Newsroom) -> None:
    """Who is settled while the question stands is not decided about: look again, it says."""
    newsroom.bring(100)
    newsroom.faults("reset_after_accept:1")
    newsroom.run("send", "1", "--by", "Ada", code=3)
    back_date(newsroom, timedelta(minutes=6))
    code, screen = at_terminal(
        newsroom,
        *("resolve", "1", "--assume-sent", "--by", "Ada"),
        typed="y",
        meanwhile=lambda: newsroom.run("reconcile", "1"),
    )
    assert code == 1, screen
    assert "100 readers. Whoever did not get it" in screen
    assert "0 instead of 100" in screen
    assert newsroom.status()["accepted"] == 100
