"""A made-up ledger for reports: rows as the program itself writes them, without the way there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select

from newsletter.model.consent import Channel, ConsentStep
from newsletter.model.event import EventKind, EventMatch
from newsletter.model.ledger import (
    HOLDING,
    DeliveryOutcome,
    DispatchKind,
    DispatchState,
    ExclusionReason,
    Feedback,
)
from newsletter.model.transport import Answer
from newsletter.store import Store
from newsletter.store.approvals import record_approval
from newsletter.store.consents import Line, record
from newsletter.store.tables import (
    approval_link,
    attempt,
    batch,
    delivery,
    delivery_event,
    dispatch,
    engagement,
    link,
    subscriber,
    wave,
)
from newsletter.store.tables.subscribers import Status
from tests.peers_ledger import SENDER, make_renditions

NINE = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
ACCEPTED, EXCLUDED = DeliveryOutcome.ACCEPTED, DeliveryOutcome.EXCLUDED


@dataclass(frozen=True, slots=True)
class Kind:
    """So many readers of whom the same is known."""

    count: int
    outcome: DeliveryOutcome = ACCEPTED
    feedback: Feedback = Feedback.NONE
    reason: ExclusionReason | None = None


@dataclass
class MadeUp:
    """Writes straight into a store. Readers are numbers; delivery and reader have the same one."""

    store: Store
    provider_ids: Any = field(default_factory=count)

    def issue(
        self,
        number: int,
        kinds: Sequence[Kind],
        *,
        links: Mapping[str, tuple[str, str]] | None = None,
        start: datetime = NINE,
        base: int = 0,
    ) -> int:
        """Write an issue that was sent; returns the id of its dispatch.

        Args:
            kinds: its readers, in order; the first has the delivery `base` + 1.
            links: url -> section and title.
        """
        made = record_approval(
            self.store,
            make_renditions(number),
            by="Ada",
            at=start,
            sender=SENDER,
            list_id="l.test",
            findings=(),
            sources={},
        )
        readers = [each for each in kinds for _ in range(each.count)]
        with self.store.write() as connection:
            told = {
                "issue_number": number,
                "approval_id": made.id,
                "kind": DispatchKind.FIRST,
                "state": DispatchState.SENT,
                "due_at": start,
                "created_at": start,
                "started_at": start,
                "ended_at": start + timedelta(hours=1),
                "frozen": len(readers),
                "first_delivery": base + 1,
                "last_delivery": base + len(readers),
            }
            of = connection.execute(insert(dispatch).values(told).returning(dispatch.c.id))
            made_id: int = of.scalar_one()
            rows = [
                _delivery(base + at, made_id, number, each) for at, each in enumerate(readers, 1)
            ]
            connection.execute(insert(delivery), rows)
            for url, (section, title) in (links or {}).items():
                row = {"approval_id": made.id, "url": url, "section": section, "title": title}
                connection.execute(insert(approval_link).values(row))
        return made_id

    def told(self, kind: EventKind, delivery_id: int, at: datetime = NINE) -> None:
        """The provider says that of a delivery."""
        row = {
            "provider_id": self._id(),
            "kind": kind,
            "match": EventMatch.DELIVERY,
            "at": at,
            "delivery_id": delivery_id,
        }
        with self.store.write() as connection:
            connection.execute(insert(delivery_event).values(row))

    def opened(
        self, number: int, who: int, after: float, *, machine: bool = False, pseudonym: bool = True
    ) -> None:
        """A reader opened an issue, seconds after it began."""
        self._engage(number, who, after, EventKind.OPENED, None, machine, pseudonym)

    def clicked(
        self,
        number: int,
        who: int,
        after: float,
        url: str,
        *,
        machine: bool = False,
        pseudonym: bool = True,
    ) -> None:
        """A reader followed a link; an empty url is a page of theirs alone."""
        self._engage(number, who, after, EventKind.CLICKED, url, machine, pseudonym)

    def left(
        self,
        reader: int,
        delivery_id: int | None,
        at: datetime = NINE,
        channel: Channel = Channel.PAGE,
        what: ConsentStep = ConsentStep.WITHDRAWN,
    ) -> None:
        """A line of proof, by default of a no, through a delivery's mail."""
        line = Line(reader, "", f"{reader:032x}", what, at, channel, delivery=delivery_id)
        with self.store.write() as connection:
            record(connection, line)

    def reader(self, number: int, email: str) -> None:
        """A confirmed reader."""
        row = {"id": number, "email": email, "status": Status.CONFIRMED, "created_at": NINE}
        with self.store.write() as connection:
            connection.execute(insert(subscriber).values(row | {"attributes": {}}))

    def taken(self, dispatch_id: int, readers: int, at: datetime = NINE) -> None:
        """The provider took a call for so many readers."""
        with self.store.write() as connection:
            part = {"dispatch_id": dispatch_id, "name": "all", "state": "done"}
            times = {"due_at": at, "late_from": at}
            made = connection.execute(insert(wave).values(part | times).returning(wave.c.id))
            rows = connection.execute(select(dispatch.c.approval_id)).first()
            assert rows is not None
            call = {
                "dispatch_id": dispatch_id,
                "wave_id": made.scalar_one(),
                "rendition_id": rows.approval_id,
                "state": "accepted",
                "first_delivery": 0,
                "last_delivery": 0,
            }
            batch_id = connection.execute(
                insert(batch).values(call).returning(batch.c.id)
            ).scalar_one()
            told = {"batch_id": batch_id, "fence": 1, "owner": "", "readers": readers}
            answer = {"started_at": at, "answered_at": at, "answer": Answer.ACCEPTED}
            connection.execute(insert(attempt).values(told | answer))

    def _engage(
        self,
        number: int,
        who: int,
        after: float,
        kind: EventKind,
        url: str | None,
        machine: bool,
        pseudonym: bool,
    ) -> None:
        with self.store.write() as connection:
            of = connection.execute(
                select(dispatch.c.id, dispatch.c.started_at).where(
                    dispatch.c.issue_number == number
                )
            ).first()
            assert of is not None
            row = {
                "provider_id": self._id(),
                "issue_number": number,
                "dispatch_id": of.id,
                "who": who,
                "is_pseudonym": pseudonym,
                "kind": kind,
                "at": of.started_at + timedelta(seconds=after),
                "link_id": self._link(connection, url) if url else None,
                "agent": "",
                "by_machine": machine,
            }
            connection.execute(insert(engagement).values(row))

    def _link(self, connection: Any, url: str) -> int:
        found = connection.execute(select(link.c.id).where(link.c.url == url)).scalar()
        if found is None:
            made = connection.execute(insert(link).values(url=url).returning(link.c.id))
            found = made.scalar_one()
        return int(found)

    def _id(self) -> str:
        return f"event-{next(self.provider_ids)}"


def _delivery(number: int, dispatch_id: int, issue: int, of: Kind) -> dict[str, Any]:
    return {
        "id": number,
        "dispatch_id": dispatch_id,
        "issue_number": issue,
        "subscriber_id": number,
        "rendition_id": 1,
        "outcome": of.outcome,
        "holds": of.outcome in HOLDING,
        "reason": of.reason,
        "feedback": of.feedback,
        "attempt_id": 1,
    }
