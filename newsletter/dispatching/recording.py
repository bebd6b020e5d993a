"""Write down what came of an attempt, however hard the database makes it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import OperationalError

from newsletter.dispatching.claiming import Claim
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.settling import settle
from newsletter.model.transport import Receipt

_log = structlog.get_logger(__name__)

_FIRST_WAIT, _LONGEST_WAIT, _GIVE_UP = 0.1, 5.0, 300.0  # seconds


def record(
    desk: Desk, claim: Claim, attempt_id: int, deliveries: Sequence[int], receipt: Receipt
) -> None:
    """Settle an attempt; a locked database or a full disk is waited out.

    What the provider said is known only here: were it lost, a thousand readers would be
    unknown for nothing.

    Args:
        deliveries: ids, in the order of the receipt's outcomes.

    Raises:
        OperationalError: the database did not take it for five minutes; the lease's end makes
            the readers unknown.
    """
    started, wait = desk.clock.monotonic(), _FIRST_WAIT
    while True:
        try:
            with desk.store.write() as connection:
                settle(desk, connection, claim, attempt_id, deliveries, receipt)
            return
        except OperationalError as problem:
            _log.warning(
                "the database does not take an answer; it is tried again",
                batch=claim.batch_id,
                problem=str(problem.orig),
            )
            if desk.clock.monotonic() - started > _GIVE_UP:
                raise
            desk.clock.wait(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
