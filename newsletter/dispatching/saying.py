"""What the log is told of dispatches: only what is committed, and never who reads.

Within `send_batch` every line carries the batch, the worker, and as soon as they are known the
dispatch and the attempt; elsewhere the line names them itself, by the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import structlog
from sqlalchemy import Connection

from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.transport import Answer, Receipt
from newsletter.store.committing import after_commit

_log = structlog.get_logger(__name__)
_BALANCE = (
    DeliveryOutcome.ACCEPTED,
    DeliveryOutcome.REJECTED,
    DeliveryOutcome.EXCLUDED,
    DeliveryOutcome.UNKNOWN,
)
_WORDS = {
    Answer.PARTLY: "a batch was taken in part",
    Answer.READERS_REFUSED: "the provider refused readers of a batch",
    Answer.CONTENT_REFUSED: "the provider refused the content",
    Answer.REFUSED: "the provider refused a batch as a whole",
    Answer.TOO_LARGE: "a batch is too large for the provider",
    Answer.KEY_REFUSED: "the provider refused the key",
    Answer.RATE_LIMITED: "the provider takes no more for now",
    Answer.UNREACHABLE: "the provider was not reached; it is tried again",
    Answer.AMBIGUOUS: "nobody knows what became of a batch",
}


def say_moved(connection: Connection, dispatch_id: int, state: str, **more: object) -> None:
    """A dispatch is in another state, as the program or a person wanted it."""
    words = "a dispatch moved"
    after_commit(connection, partial(_log.info, words, dispatch=dispatch_id, state=state, **more))


def say_stuck(connection: Connection, dispatch_id: int, state: str, reason: str) -> None:
    """A dispatch stopped by itself: nothing goes on before a person decides."""
    told = {"dispatch": dispatch_id, "state": state, "reason": reason}
    after_commit(connection, partial(_log.error, "a dispatch needs a person", **told))


def say_opened(connection: Connection, dispatch_id: int, wave_id: int) -> None:
    """A wave's readers may be mailed from now on."""
    told = {"dispatch": dispatch_id, "wave": wave_id}
    after_commit(connection, partial(_log.info, "a wave opened", **told))


def say_ended(
    connection: Connection, dispatch_id: int, counted: Mapping[DeliveryOutcome, int]
) -> None:
    """Every delivery of a dispatch has its end, and how many had which."""
    balance = {outcome.value: counted[outcome] for outcome in _BALANCE}
    say_moved(connection, dispatch_id, "sent", **balance)


def say_lost(
    connection: Connection, dispatch_id: int, batch_id: int, attempt_id: int | None, owner: str
) -> None:
    """A sender ended, or its lease did; with an attempt its readers are unknown now."""
    told = {"dispatch": dispatch_id, "batch": batch_id, "worker": owner}
    if attempt_id is None:
        words = "a batch was taken back from a lost sender; it is sent again"
    else:
        words = "a batch was taken back from a lost sender; nobody knows whether it left"
        told["attempt"] = attempt_id
    after_commit(connection, partial(_log.warning, words, **told))


def say_answer(receipt: Receipt, *, is_late: bool) -> None:
    """What the provider said to a call, once that is written down."""
    told: dict[str, object] = {"readers": len(receipt.outcomes), "answer": receipt.answer.value}
    if receipt.status:
        told["status"] = receipt.status
    if is_late:
        told["late"] = True
    if receipt.answer is Answer.ACCEPTED:
        _log.debug("a batch was accepted", **told)
        return
    if receipt.is_called_off:
        _log.info("a call was not made; its readers are looked at again", **told)
        return
    if receipt.not_before is not None:
        told["until"] = receipt.not_before.isoformat(timespec="seconds")
    _log.warning(_WORDS[receipt.answer], **told, reason=receipt.reason)
