"""SIGKILL while events are applied: what was told is known once, wherever it ended."""

from __future__ import annotations

import multiprocessing
import signal
from pathlib import Path

from sqlalchemy import select

from newsletter.store.tables import delivery_event, event_post
from tests.factories import make_site
from tests.faults.applier import apply_until
from tests.unit.feedback.posting import Provider
from tests.unit.feedback.stage import READERS, WORDS, events, reset, staged, state

_FORKS = multiprocessing.get_context("forkserver")
# Three transactions of at most 500 events; their posts are gone with the last.
POSTS, EVENTS_EACH = 3, 400
STRIDE = 4  # statements more that each one may do
RARE = 27  # every so many events another word
OPEN = next(at for at, word in enumerate(WORDS) if word["event"] == "open")


def test_killed_before_any_statement(database_url: str, tmp_path: Path) -> None:
    """One after another dies, each a little later; the end is that of one who did not."""
    folder = tmp_path / "site"
    with staged(database_url, make_site(folder)) as provider:
        tell_much(provider)
        assert provider.apply().problems == ()
        expected = state(provider)
        reset(provider)
        tell_much(provider)
        amid, nth, killed = 0, 0, 0
        while waits(provider):
            nth += STRIDE
            assert nth < 1_000, "it never comes to an end"
            ended = run(database_url, folder, nth)
            assert ended in (0, -signal.SIGKILL)
            killed += ended != 0
            amid += waits(provider) and bool(provider.rows(delivery_event))
        assert state(provider) == expected
        assert killed > 5
        assert amid, "no kill came between two transactions"


def tell_much(provider: Provider) -> None:
    """Posts of opens mostly, among which all words about all readers are strewn."""
    told = [
        (at % len(READERS), at // RARE % len(WORDS) if at % RARE == 0 else OPEN, at * 7_919 % 4_000)
        for at in range(POSTS * EVENTS_EACH)
    ]
    made = events(provider, told)
    for start in range(0, len(made), EVENTS_EACH):
        provider.post(*made[start : start + EVENTS_EACH])


def waits(provider: Provider) -> bool:
    """Whether a post is left."""
    with provider.world.store.read() as connection:
        return connection.execute(select(event_post.c.id)).first() is not None


def run(database: str, site: Path, nth: int) -> int | None:
    """One process; its exit code."""
    process = _FORKS.Process(target=apply_until, args=(database, str(site), nth))
    process.start()
    process.join(60)
    return process.exitcode
