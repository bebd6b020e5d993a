"""Look at one dispatch as its page shows it, once or again and again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from anyio import sleep, to_thread

from newsletter.dispatching.status import DispatchStatus, dispatch_status
from newsletter.dispatching.ticking import last_tick
from newsletter.dispatching.waiting import what_it_waits_for
from newsletter.errors import NewsletterError
from newsletter.model.ledger import DispatchState
from newsletter.scheduling.pace import Pace
from newsletter.scheduling.watch import is_overdue
from newsletter.web.studio.going import LEFT, Going, Scene, going
from newsletter.web.studio.side import StudioSide
from newsletter.web.templating import page

LOOK_EVERY = 0.5  # seconds
_MOST_SPENT_COUNTING = 0.1  # of the time; counting a million deliveries is not free
_LONGEST = 600.0  # seconds; then the browser asks again, and its session is looked at again
_BEAT = 15.0  # seconds of nothing new after which something is said, so that proxies keep it open
_RETRY_MS = 1_000


@dataclass
class Watcher:
    """Looks at one dispatch; keep one for as long as somebody watches, for the rate.

    Attributes:
        may_publish: whether who watches may act.
    """

    side: StudioSide
    dispatch_id: int
    may_publish: bool
    pace: Pace = field(default_factory=Pace)

    def look(self) -> Going:
        """How it goes now; raises NotFound."""
        app, store = self.side.app, self.side.store
        status = dispatch_status(store, self.dispatch_id)
        wait = timedelta(minutes=app.settings.brakes.canary_wait_minutes)
        with store.read() as connection:
            now, ticked = store.now(connection), last_tick(connection)
            waiting = what_it_waits_for(connection, status, app.rules, wait, now)
        scene = Scene(
            now=now,
            zone=self.side.site.dispatch.timezone,
            wait=wait,
            waiting=waiting,
            rate=self._rate(status),
            is_overdue=is_overdue(status.dispatch, ticked, now),
            lacks_workers=status.dispatch.state is DispatchState.SENDING and app.lacks_workers,
        )
        return going(status, scene)

    def drawn(self, found: Going) -> str:
        """The live part of the page."""
        values = {"it": found, "dispatch": found.status.dispatch, "may_publish": self.may_publish}
        return bytes(page("studio/dispatch_live", values).body).decode()

    async def events(self) -> AsyncIterator[str]:
        """The live part whenever it changes, as server-sent events (HTML standard, 9.2)."""
        clock = self.side.app.clock
        begun = said_at = clock.monotonic()
        said = ""
        yield f"retry: {_RETRY_MS}\n\n"
        while not self.side.closing.is_set() and clock.monotonic() - begun < _LONGEST:
            before = clock.monotonic()
            try:
                told = await to_thread.run_sync(self._told)
            except NewsletterError:
                return  # the page, loaded anew, says what is wrong
            if told != said:
                said, said_at = told, clock.monotonic()
                yield f"data: {told}\n\n"
            elif clock.monotonic() - said_at > _BEAT:
                said_at = clock.monotonic()
                yield ": still here\n\n"
            spent = clock.monotonic() - before
            await self._rest(max(LOOK_EVERY, spent / _MOST_SPENT_COUNTING))

    async def _rest(self, seconds: float) -> None:
        """Wait, in steps short enough for a server that stops."""
        while seconds > 0 and not self.side.closing.is_set():
            await sleep(min(LOOK_EVERY, seconds))
            seconds -= LOOK_EVERY

    def _told(self) -> str:
        found = self.look()
        return json.dumps({"mark": found.mark, "html": self.drawn(found)})

    def _rate(self, status: DispatchStatus) -> float:
        left = sum(status.outcomes[word] for word in LEFT)
        self.pace.note(self.side.app.clock.monotonic(), status.dispatch.frozen - left)
        return self.pace.rate
