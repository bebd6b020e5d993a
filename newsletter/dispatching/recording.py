"""Write down what came of an attempt, however hard the database makes it."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.dispatching.claiming import Claim
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.patience import patiently
from newsletter.dispatching.saying import say_answer
from newsletter.dispatching.settling import settle
from newsletter.model.transport import Receipt


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

    def write() -> bool:
        with desk.store.write() as connection:
            return settle(desk, connection, claim, attempt_id, deliveries, receipt)

    words = "the database does not take an answer; it is tried again"
    say_answer(receipt, is_late=patiently(desk.clock, write, words))
