"""Tell people of the site what happened: each notice once, by each way that is set up.

Nothing here can hurt sending: it runs beside it, and what fails is written down and tried again
with growing waits, for a day at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from newsletter.dispatching.desk import never
from newsletter.feedback.notices import Watched, write_health, write_notices
from newsletter.feedback.ways import Way
from newsletter.model.notice import TellingState
from newsletter.store import Store
from newsletter.store.tellings import (
    Telling,
    TellingEnd,
    claim_telling,
    end_telling,
    give_up,
    line_up,
)

_log = structlog.get_logger(__name__)

MOST_AT_ONCE = 100
TELLING_POINTS = ("after_claim", "after_told")
_SOONEST_RETRY = timedelta(seconds=10)
_LATEST_RETRY = timedelta(minutes=30)


@dataclass(frozen=True)
class Herald:
    """Finds what is worth telling, and tells it.

    Attributes:
        watched: what notices are derived from beside what dispatches write themselves.
        crash_point: called with one of TELLING_POINTS; fault tests end the process in it.
    """

    store: Store
    ways: tuple[Way, ...]
    watched: Watched = field(default_factory=lambda: Watched())
    crash_point: Callable[[str], None] = never

    def write(self) -> None:
        """Write notices that follow from how the ledger stands; once a minute is enough."""
        write_notices(self.store, self.watched)

    def write_health(self) -> None:
        """Write what stands against the health of the list; once an hour is enough."""
        write_health(self.store, self.watched)

    def tell(self) -> Counter[TellingState]:
        """Tell what is written; how many ended in which state, WAITING ones for another try."""
        by_name = {way.name: way for way in self.ways}
        with self.store.write() as connection:
            now = self.store.now(connection)
            line_up(connection, by_name, now)
            give_up(connection, now)
        done: Counter[TellingState] = Counter()
        for _ in range(MOST_AT_ONCE):
            with self.store.write() as connection:
                claimed = claim_telling(connection, by_name, self.store.now(connection))
            if claimed is None:
                break
            self.crash_point("after_claim")
            done[self._tell(by_name[claimed.way], claimed)] += 1
        return done

    def _tell(self, way: Way, claimed: Telling) -> TellingState:
        try:
            end = way.tell(claimed.notice, claimed.tries)
        except Exception as problem:  # a fault of ours: perhaps it left
            end = TellingEnd(TellingState.UNKNOWN, type(problem).__name__)
        self.crash_point("after_told")
        with self.store.write() as connection:
            if end.state is TellingState.WAITING:
                wait = min(_SOONEST_RETRY * 2 ** min(claimed.tries - 1, 10), _LATEST_RETRY)
                later = end.not_before or self.store.now(connection) + wait
                end = TellingEnd(end.state, end.reason, later)
            end_telling(connection, claimed, end)
        if end.state is not TellingState.TOLD:
            _log.warning(
                "a notice could not be told",
                notice=claimed.notice.id,
                kind=claimed.notice.kind.value,
                way=way.name.partition(":")[0],
                state=end.state.value,
                reason=end.reason,
            )
        return end.state
