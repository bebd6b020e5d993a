"""A database that does not answer for a while is waited for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from newsletter.dispatching.patience import patiently
from newsletter.dispatching.running import Dispatcher
from newsletter.store import open_store
from newsletter.store.trouble import may_pass
from tests.databases import FINGERPRINT
from tests.peers_ledger import SettableClock, World


class Locked(SettableClock):
    """A clock beside a lock that another program takes, and gives back after some waits."""

    def __init__(self, file: Path, waits: int) -> None:
        super().__init__()
        self._other = sqlite3.connect(file, isolation_level=None)
        self._left = waits

    def take(self) -> None:
        """From now on nobody else can write."""
        self._other.execute("BEGIN IMMEDIATE")

    def wait(self, seconds: float) -> None:
        """Time passes; in the end the other program is done."""
        super().wait(seconds)
        self._left -= 1
        if not self._left:
            self._other.execute("ROLLBACK")
            self._other.close()


def test_staying_outlives_a_lock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever stays with an issue waits until the database answers again, and sees it end."""
    file = tmp_path / "newsletter.db"
    clock = Locked(file, waits=4)
    store = open_store(f"sqlite:///{file}", secret_fingerprint=FINGERPRINT, clock=clock)
    world = World(store, clock)
    world.begin(3)
    store.engine.dispose()
    event.listen(store.engine, "checkout", lambda raw, *rest: raw.execute("PRAGMA busy_timeout=0"))
    clock.take()

    status = Dispatcher(world.desk, world.engine).stay(12, lambda status: None, world_sends(world))

    assert status.state == "sent"
    assert capsys.readouterr().out.count("the database does not answer") == 4
    store.close()


def world_sends(world: World) -> Callable[[], bool]:
    """Between two looks the engine sends what was rung; it never asks to leave."""

    def sends() -> bool:
        world.send_rung()
        return False

    return sends


def test_a_full_disk_is_no_matter_of_waiting(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody has to make room; so it ends at once."""
    clock = SettableClock()

    def fail() -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    with pytest.raises(OperationalError):
        patiently(clock, fail, "it fails", may_pass)
    assert clock.monotonic() == 0


def test_after_five_minutes_it_gives_up(capsys: pytest.CaptureFixture[str]) -> None:
    """With growing waits, five seconds at most."""
    clock, tries = SettableClock(), []

    def fail() -> None:
        tries.append(clock.monotonic())
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))

    with pytest.raises(OperationalError):
        patiently(clock, fail, "it fails", may_pass)
    assert 300 < clock.monotonic() < 306
    assert tries[:3] == [0, pytest.approx(0.1), pytest.approx(0.3)]
