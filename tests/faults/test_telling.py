"""SIGKILL while people are told: nobody is told twice, and nothing is lost silently."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from newsletter.feedback.telling import TELLING_POINTS
from newsletter.model.notice import Notice, NoticeKind
from newsletter.store import Store
from newsletter.store.notices import write_notice
from newsletter.store.tables import telling
from tests.factories import write_site
from tests.faults.teller import tell
from tests.peers.http_peer import answering, http_peer

_FORKS = multiprocessing.get_context("forkserver")
# What had arrived when it was killed there.
ARRIVED = {"after_claim": 0, "after_told": 1}


@pytest.mark.parametrize("point", TELLING_POINTS)
def test_killed_at_a_named_point(
    database_url: str, now_store: Store, tmp_path: Path, point: str
) -> None:
    """The one it was at is unknown and stays so; the other is told by whoever comes next."""
    site = str(write_site(tmp_path / "site"))
    with now_store.write() as connection:
        for number in (1, 2):
            now = now_store.now(connection)
            told = Notice(f"paused-1-{number}", NoticeKind.PAUSED, now, "Paused", "Why.")
            assert write_notice(connection, told)
    with http_peer(answering(200)) as peer:
        assert run(database_url, site, peer.url, point) == -signal.SIGKILL
        assert len(peer.requests) == ARRIVED[point]
        end_leases(now_store)
        assert run(database_url, site, peer.url, "never") == 0
        assert run(database_url, site, peer.url, "never") == 0
        heard = [request.json["id"] for request in peer.requests]
    assert heard == [1, 2][1 - ARRIVED[point] :]
    with now_store.read() as connection:
        states = Counter(connection.scalars(select(telling.c.state)))
    assert {state.value: count for state, count in states.items()} == {"unknown": 1, "told": 1}


def run(database: str, site: str, url: str, crash: str) -> int | None:
    """One process; its exit code."""
    process = _FORKS.Process(target=tell, args=(database, site, url, crash))
    process.start()
    process.join(60)
    return process.exitcode


def end_leases(store: Store) -> None:
    """As after three minutes."""
    with store.write() as connection:
        past = store.now(connection) - timedelta(seconds=1)
        connection.execute(update(telling).values(lease_until=past))
