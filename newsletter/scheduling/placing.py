"""Put what was approved on the calendar, or move it there: one way for every face."""

from __future__ import annotations

from newsletter.dispatching.planning import Plan, reschedule, schedule
from newsletter.errors import BlockedError, LedgerError
from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.store import Store
from newsletter.store.approvals import Approved, latest_approval
from newsletter.store.dispatches import dispatches_of

MOVABLE = (DispatchState.SCHEDULED, DispatchState.NEEDS_REVIEW)
CANARY_ABOVE, USUAL_CANARY = 5_000, 500


def approval_of(store: Store, number: int) -> Approved:
    """The newest approval of an issue; raises BlockedError when there is none."""
    with store.read() as connection:
        approved = latest_approval(connection, number)
    if approved is None:
        raise BlockedError(
            f"Issue {number} is not approved. First: newsletter approve {number} --by NAME"
        )
    return approved


def latest_dispatch(store: Store, number: int) -> Dispatch | None:
    """The newest dispatch, without those taken off the calendar before anybody was frozen."""
    with store.read() as connection:
        found = dispatches_of(connection, number)
    counting = [each for each in found if each.frozen or each.state is not DispatchState.CANCELLED]
    return counting[-1] if counting else None


def movable_dispatch(store: Store, number: int) -> Dispatch | None:
    """The dispatch of an issue that can be given another time; None when it has none at all.

    Raises:
        LedgerError: it has one that can not.
    """
    found = latest_dispatch(store, number)
    if found is None or found.state in MOVABLE:
        return found
    raise LedgerError(
        f"Issue {number} has a dispatch that is {found.state.value}; it can "
        f"not be scheduled again. See: newsletter status {number}"
    )


def place(store: Store, approval_id: int, plan: Plan, before: Dispatch | None) -> Dispatch:
    """Schedule an issue, or move the dispatch of it that a person was shown.

    Args:
        approval_id: the version that the person was shown.
        before: what stood on the calendar when the person looked; None when nothing did.

    Raises:
        LedgerError: somebody else was quicker, it has begun, or sends another version meanwhile.
    """
    if before is not None:
        return reschedule(store, before.id, plan, approval_id)
    planned = schedule(store, approval_id, plan)
    made = planned.dispatch
    if planned.is_new or (made.due_at, made.zone) == (plan.due_at, plan.zone):
        return made
    told = f"{made.wall_time or f'{made.due_at:%Y-%m-%d %H:%M} UTC'} {made.zone}".rstrip()
    raise LedgerError(
        f"{made.by or 'Somebody'} has scheduled issue {made.issue_number} meanwhile, for {told}. "
        "Nothing was changed; look again."
    )


def usual_canary(readers: int, of_site: int) -> int:
    """How many readers get it first unless a person says otherwise; 0 means no canary.

    Args:
        of_site: what `[dispatch] canary` says.
    """
    if of_site:
        return of_site
    return USUAL_CANARY if readers > CANARY_ABOVE else 0
