"""Send one batch: claim, read consent again, commit `sending`, look once more, hand over, record.

Whatever the engine does (rings twice, late, or never), the ledger decides: a batch that is not
ready is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

from newsletter.dispatching.claiming import Claim, claim_batch, release, still_open
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.letters import ReadyLetter
from newsletter.dispatching.marks import mark
from newsletter.dispatching.readers import (
    Readers,
    attributes_in,
    count_mailable,
    exclude_others,
    read_readers,
    recipients,
)
from newsletter.dispatching.recording import record
from newsletter.model.ledger import BatchState, DeliveryOutcome
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.store.tables import attempt, batch
from newsletter.store.trouble import is_trouble
from newsletter.store.writing import batch_step, changed, delivery_step, in_range, its


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt that is committed as `sending`; nothing has left yet.

    Attributes:
        readers: as read in the same transaction.
        ends_by: on the monotonic clock, when the socket may be opened last.
    """

    claim: Claim
    attempt_id: int
    ready: ReadyLetter
    readers: Readers
    ends_by: float


_MINE = batch.c.id == its(batch.c.id)
_BEGIN = still_open(batch_step(BatchState.SENDING, BatchState.CLAIMED)).where(
    _MINE, batch.c.fence == its(batch.c.fence), batch.c.lease_until > its(batch.c.lease_until)
)
_WRITE_ATTEMPT = insert(attempt).returning(attempt.c.id)
_NAME_ATTEMPT = update(batch).where(_MINE)
_MARK = delivery_step(DeliveryOutcome.SENDING, DeliveryOutcome.QUEUED).where(in_range())
_LEASE = select(batch.c.state, batch.c.fence, batch.c.lease_until).where(_MINE)


class _NotOursError(Exception):
    """The claim may not go on; the transaction is rolled back."""


def send_batch(desk: Desk, batch_id: int) -> None:
    """Send a batch if it may be sent now; harmless to call for any batch at any time.

    Whatever is logged beneath names the batch and its dispatch, the attempt and the worker.
    """
    with bound_contextvars(batch=batch_id, worker=desk.roster.name):
        claim = claim_batch(desk, batch_id)
        if claim is None:
            return
        desk.crash_point("after_claim")
        with bound_contextvars(dispatch=claim.dispatch_id):
            started = start_attempt(desk, claim)
            if started is None:
                return
            with bound_contextvars(attempt=started.attempt_id):
                _send(desk, claim, started)


def _send(desk: Desk, claim: Claim, started: Started) -> None:
    desk.crash_point("after_sending")
    receipt = _hand_over(desk, started)
    desk.crash_point("after_answer")
    record(desk, claim, started.attempt_id, started.readers.deliveries, receipt)


def start_attempt(desk: Desk, claim: Claim) -> Started | None:
    """Read consent again and commit `sending` with the Attempt; or let go of the claim.

    None when the claim is not ours any more, its dispatch or wave was stopped, or nobody in it
    may be mailed.
    """
    since = desk.clock.monotonic()
    try:
        with desk.store.write() as connection:
            return _commit_sending(desk, connection, claim, since)
    except _NotOursError:
        release(desk, claim)
        return None


def _commit_sending(
    desk: Desk, connection: Connection, claim: Claim, since: float
) -> Started | None:
    now = desk.store.now(connection)
    mine = {"its_id": claim.batch_id, "its_fence": claim.fence, "its_lease_until": now}
    longer = {"lease_until": now + desk.rules.lease}
    if not changed(connection.execute(_BEGIN, mine | longer)):
        raise _NotOursError
    ready = desk.letters.get(connection, claim.rendition_id)
    attributes = attributes_in(ready.sources)
    readers = read_readers(connection, claim.first, claim.last, attributes, now)
    if not readers:
        _nobody_left(desk, connection, claim)
        return None
    attempt_id = _write_attempt(desk, connection, claim, len(readers))
    _mark_sending(desk, connection, claim, attempt_id, len(readers))
    latest = since + (desk.rules.lease - desk.rules.call).total_seconds()
    return Started(claim, attempt_id, ready, readers, latest)


def _write_attempt(desk: Desk, connection: Connection, claim: Claim, readers: int) -> int:
    made = connection.execute(
        _WRITE_ATTEMPT,
        {
            "batch_id": claim.batch_id,
            "fence": claim.fence,
            "owner": desk.roster.name,
            "readers": readers,
            "started_at": desk.store.now(connection),
        },
    ).scalar_one()
    connection.execute(_NAME_ATTEMPT, {"its_id": claim.batch_id, "attempt_id": made})
    return int(made)


def _mark_sending(
    desk: Desk, connection: Connection, claim: Claim, attempt_id: int, readers: int
) -> None:
    """All who wait become `sending`; those who may not be mailed any more are then excluded."""
    marked = connection.execute(
        _MARK, {"first": claim.first, "last": claim.last, "attempt_id": attempt_id}
    ).rowcount
    if marked > readers:
        now = desk.store.now(connection)
        sending = DeliveryOutcome.SENDING
        marked -= exclude_others(connection, claim.first, claim.last, sending, now)
    if marked != readers:  # somebody changed while we looked (PostgreSQL): look again later
        raise _NotOursError


def _nobody_left(desk: Desk, connection: Connection, claim: Claim) -> None:
    """Everyone in it took back their yes: exclude them, and the batch is no more."""
    now = desk.store.now(connection)
    exclude_others(connection, claim.first, claim.last, DeliveryOutcome.QUEUED, now)
    mine = batch.c.id == claim.batch_id
    connection.execute(batch_step(BatchState.READY, BatchState.SENDING).where(mine))
    connection.execute(batch_step(BatchState.CANCELLED, BatchState.READY).where(mine))


def _hand_over(desk: Desk, started: Started) -> Receipt:
    """Compose, look at lease and consent once more, and let the transport speak."""
    readers = len(started.readers)
    try:
        composed = _compose(desk, started)
    except Exception as problem:  # ours, whatever it is: nothing has left
        words = f"the mails could not be composed: {problem}"
        return _everyone(Answer.CONTENT_REFUSED, Outcome.UNTOUCHED, readers, words)
    desk.crash_point("before_socket")
    if instead := _last_look(desk, started):
        return instead
    try:
        receipt = desk.transport.send(composed)
    except Exception as problem:  # a fault of the transport's: perhaps it left
        words = f"the transport failed: {problem}"
        return _everyone(Answer.AMBIGUOUS, Outcome.UNKNOWN, readers, words)
    if len(receipt.outcomes) != readers:
        words = f"the transport answered for {len(receipt.outcomes)} of {readers} readers"
        return _everyone(Answer.AMBIGUOUS, Outcome.UNKNOWN, readers, words)
    return receipt


def _compose(desk: Desk, started: Started) -> Batch:
    site_id = desk.store.site_id
    made = recipients(started.readers, started.ready, desk.addresses, site_id)
    return Batch(started.ready.letter, mark(site_id, started.attempt_id), made)


def _last_look(desk: Desk, started: Started) -> Receipt | None:
    """What to write down instead of calling: nothing has left yet, so nobody becomes unknown.

    On PostgreSQL a no may be committed while `sending` is; it is seen here at the latest.
    """
    untouched = (Answer.UNREACHABLE, Outcome.UNTOUCHED, len(started.readers))
    try:
        with desk.store.read() as connection:
            if not _may_all_be_mailed(desk, connection, started):
                said_no = _everyone(*untouched, "a reader said no before the call")
                return replace(said_no, is_called_off=True)
            if not _is_still_ours(desk, connection, started):
                return _everyone(*untouched, "the lease ended before the call")
    except DBAPIError as problem:
        if not is_trouble(problem):
            raise
        words = f"the database could not be asked before the call: {problem.orig}"
        return _everyone(*untouched, words)
    return None


def _may_all_be_mailed(desk: Desk, connection: Connection, started: Started) -> bool:
    claim, now = started.claim, desk.store.now(connection)
    mailable = count_mailable(connection, claim.first, claim.last, started.attempt_id, now)
    return mailable == len(started.readers)


def _is_still_ours(desk: Desk, connection: Connection, started: Started) -> bool:
    """Both clocks agree that a whole call fits into the lease, and nobody took the batch."""
    row = connection.execute(_LEASE, {"its_id": started.claim.batch_id}).one()
    latest = desk.store.now(connection) + desk.rules.call
    if desk.clock.monotonic() > started.ends_by:
        return False
    is_held = row.state is BatchState.SENDING and row.fence == started.claim.fence
    return is_held and row.lease_until is not None and latest < row.lease_until


def _everyone(answer: Answer, outcome: Outcome, readers: int, reason: str) -> Receipt:
    return Receipt(answer, (outcome,) * readers, reason=reason)
