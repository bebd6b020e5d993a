"""One call that left readers unknown, looked into: by what we have, then by the provider's log.

A call is taken or refused as a whole: so one reader's mail in the log proves the whole call, and
a few readers that can not be found a day later make it likely that nobody got it. Likely is not
known: those are *proposed* absent, and sending again stays a decision.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.feedback.doubts import (
    Doubt,
    address_then,
    doubts,
    forget_searched,
    note_searched,
    propose_absent,
    proved_mate,
    within_reach,
)
from newsletter.feedback.evidence import Proof, Settled, settle_by_evidence
from newsletter.feedback.looking import Searcher
from newsletter.model.event import EvidenceKind, LogEntry
from newsletter.store import Store


@dataclass(frozen=True, slots=True)
class AskingRules:
    """When and how often the provider is asked.

    Attributes:
        wait: after a call, before the log is first asked about it.
        absent_after: a call that is not in the log by then is proposed absent.
        samples: so many readers of a call are looked for before that.
        calls_per_minute: of the log, by all processes together.
        resend_absent: the site's own decision to send again to whoever is proposed absent.
    """

    wait: timedelta = timedelta(minutes=5)
    absent_after: timedelta = timedelta(hours=24)
    samples: int = 3
    calls_per_minute: int = 6
    resend_absent: bool = False


@dataclass(frozen=True, slots=True)
class CallSearch:
    """Looks into calls, one question at a time."""

    store: Store
    searcher: Searcher
    rules: AskingRules

    def look_into(self, doubt: Doubt) -> Settled:
        """Settle it or propose it absent, as far as that can be done now.

        Raises:
            NotNow, ProviderSilent: the log is asked later.
        """
        with self.store.read() as connection:
            now, mate = self.store.now(connection), proved_mate(connection, doubt)
        if mate:
            words = f"taken in the same call as delivery {mate.delivery_id}"
            return self._settle(doubt, mate.source, mate.at, lambda _: words)
        if doubt.proposed == len(doubt.unknown) or now < self._due(doubt):
            return Settled()
        looked_for: list[int] = []
        for delivery_id in self._readers(doubt, now):
            if (hit := self._search(doubt, delivery_id)) is not None:
                return self._found(doubt, delivery_id, hit)
            looked_for.append(delivery_id)
        self._propose(doubt)
        return Settled()

    def _due(self, doubt: Doubt) -> datetime:
        """After the wait, and then each time the call has become twice as old, until the last."""
        last = doubt.last_asked
        if last is None:
            return doubt.over_at + self.rules.wait
        last_look = doubt.started_at + self.rules.absent_after
        if last >= last_look:
            return last  # the last look has begun
        return min(doubt.started_at + 2 * (last - doubt.started_at), last_look)

    def _readers(self, doubt: Doubt, now: datetime) -> Sequence[int]:
        """Whom to look for now: one of them by chance, and several at the last look."""
        with self.store.read() as connection:
            there = within_reach(connection, doubt)
        over = doubt.started_at + self.rules.absent_after
        if now < over:
            return [_dice.choice(there)] if there else []
        seen = [each for each, at in doubt.asked.items() if at >= over]
        fresh = [each for each in there if each not in seen]
        wanted = min(self.rules.samples - len(seen), len(fresh))
        return _dice.sample(fresh, max(0, wanted))

    def _search(self, doubt: Doubt, delivery_id: int) -> LogEntry | None:
        with self.store.read() as connection:
            email = address_then(connection, delivery_id, doubt.started_at)
        if not email:
            return None  # erased meanwhile
        if (hit := next(self._mails(email, doubt, delivery_id), None)) is not None:
            return hit
        with self.store.write(durable=False) as connection:
            note_searched(connection, delivery_id, self.store.now(connection))
        return None

    def _mails(self, email: str, doubt: Doubt, delivery_id: int) -> Iterator[LogEntry]:
        until = self._now() if doubt.is_supposed else None
        for entry in self.searcher.mails_to(email, doubt.started_at, until):
            if self.searcher.number(entry.delivery) == delivery_id:
                yield entry

    def _found(self, doubt: Doubt, delivery_id: int, hit: LogEntry) -> Settled:
        own = f"in the log as {hit.status}"
        attempt_id = self.searcher.number(hit.attempt)
        # Another call, earlier or later, proves this reader only. Of a call that was made after a
        # backup, nobody knows the number any more.
        if attempt_id != doubt.attempt_id and not doubt.is_supposed:
            proof = Proof(delivery_id, attempt_id, EvidenceKind.LOG, hit.message_id, hit.at, own)
            with self.store.write() as connection:
                return settle_by_evidence(connection, [proof])
        mates = f"taken in the same call as delivery {delivery_id}"
        return self._settle(
            doubt, hit.message_id, hit.at, lambda each: own if each == delivery_id else mates
        )

    def _settle(
        self, doubt: Doubt, source: str, at: datetime, words: Callable[[int], str]
    ) -> Settled:
        proofs = [
            Proof(each, doubt.attempt_id, EvidenceKind.LOG, source, at, words(each))
            for each in doubt.unknown
        ]
        with self.store.write() as connection:
            forget_searched(connection, doubt.asked)
            return settle_by_evidence(connection, proofs)

    def _now(self) -> datetime:
        with self.store.read() as connection:
            return self.store.now(connection)

    def _propose(self, doubt: Doubt) -> None:
        """Once enough readers were looked for late enough, and none was found."""
        over = doubt.started_at + self.rules.absent_after
        with self.store.write() as connection:
            now = self.store.now(connection)
            fresh = doubts(connection, now, doubt.issue_number)
            mine = next((each for each in fresh if each.attempt_id == doubt.attempt_id), None)
            if mine is None:
                return
            late = {each for each, at in mine.asked.items() if at >= over}
            possible = len(late.union(within_reach(connection, mine)))
            if late and len(late) >= min(self.rules.samples, possible):
                propose_absent(connection, mine, sorted(late), now)


_dice = random.Random()  # noqa: S311 - whom to look for first, no secret
