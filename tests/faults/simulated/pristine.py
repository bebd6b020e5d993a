"""The database every history begins with, made once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from newsletter.store import open_store
from newsletter.store.subscribers import NewReader
from tests.databases import FINGERPRINT
from tests.faults.audit import watch
from tests.faults.simulated.shaky import Disk
from tests.faults.simulated.world import Pristine
from tests.peers_ledger import SettableClock, World

_ZONES = ("", "", "Europe/Berlin", "Asia/Tokyo", "Mars/Olympus")
_WISHES = (None, None, ("tips",), ("tips", "news"), ())
READERS = 26


@contextmanager
def pristine_world() -> Iterator[tuple[Disk, Pristine]]:
    """A database in memory with readers and two approvals of an issue, and its bytes."""
    clock = SettableClock()
    store = open_store("sqlite://", secret_fingerprint=FINGERPRINT, clock=clock)
    try:
        emails, approvals = _fill(World(store, clock))
        with closing(Disk(store.engine)) as disk, closing(disk.copy()) as content:
            yield disk, Pristine(content, store.site_id, approvals, emails)
    finally:
        store.close()


def _fill(world: World) -> tuple[tuple[str, ...], tuple[int, ...]]:
    readers = [
        NewReader(
            f"r{at:02}@reader.test",
            zone=_ZONES[at % len(_ZONES)],
            interests=_WISHES[at % 7 % len(_WISHES)],
        )
        for at in range(READERS)
    ]
    world.bring(readers)
    first = world.approve(variants=[("tips", "news"), ("tips",)])
    second = world.approve(variants=[("tips", "news"), ("tips",)], words="Corrected")
    with world.store.write() as connection:
        watch(connection)
    return tuple(reader.email for reader in readers), (first.id, second.id)
