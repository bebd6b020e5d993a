"""Where an issue stands between draft and sent, and what would go out of it."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.publishing import Composition
from newsletter.scheduling.spoken import day_and_time, in_how_long, timing_of
from newsletter.store.approvals import Approved, latest_approval, load_approval
from newsletter.store.dispatches import dispatches_of
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.spoken import moment

_WORDS = {
    DispatchState.SCHEDULED: ("Scheduled", "info"),
    DispatchState.PREPARING: ("Going out", "info"),
    DispatchState.SENDING: ("Going out", "info"),
    DispatchState.PAUSED: ("Stopped", "warning"),
    DispatchState.NEEDS_REVIEW: ("Waits for a person", "warning"),
    DispatchState.SENT: ("Sent", "fine"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The badge and the sentence beside it.

    Attributes:
        words, tone: of the badge.
        told: who approved, when it goes out; empty for a draft.
        changed: what differs from what was approved, and which version goes out; empty when
            nothing does.
        dispatch: id of the newest that counts; 0 without one.
        is_approved: whether there is an approval at all.
    """

    words: str
    tone: str
    told: str = ""
    changed: str = ""
    dispatch: int = 0
    is_approved: bool = False


def standing(bench: Bench, composition: Composition | None) -> Standing:
    """Say where the issue stands.

    Args:
        composition: as it is now; None while its files are broken.
    """
    number = bench.document.number
    with bench.side.store.read() as connection:
        approved = latest_approval(connection, number) if number else None
        counted = [each for each in dispatches_of(connection, number) if _counts(each)]
        sends = load_approval(connection, counted[-1].approval_id) if counted else approved
    if approved is None or sends is None:
        return Standing("Draft", "plain")
    if counted:
        return _dispatched(bench, counted[-1], sends, _differs(sends, composition))
    changed = ""
    if _differs(approved, composition):
        changed = (
            f"Changed since {approved.by} approved it: that version would go out, not what is "
            "shown here. Approve it again to send the change."
        )
    told = f"Approved by {approved.by}, {_moment(bench, approved)}"
    return Standing("Approved", "warning" if changed else "fine", told, changed, is_approved=True)


def _dispatched(bench: Bench, last: Dispatch, sends: Approved, differs: bool) -> Standing:
    words, tone = _WORDS[last.state]
    now = bench.side.app.clock.now()
    timing = timing_of(last, bench.side.site.dispatch.timezone)
    told = day_and_time(timing, now)
    if last.state is DispatchState.SCHEDULED:
        told = f"{told}, {in_how_long(timing, now)}"
    changed = ""
    if differs and last.state is not DispatchState.SENT:
        changed = (
            f"Changed since approval. What goes out is the version that {sends.by} approved "
            f"{_moment(bench, sends)}, not what is shown here."
        )
    elif differs:
        changed = "Changed since it was sent. Readers have the earlier version."
    return Standing(words, tone, told, changed, last.id, is_approved=True)


def _counts(dispatch: Dispatch) -> bool:
    return dispatch.state is not DispatchState.CANCELLED


def _differs(approved: Approved, composition: Composition | None) -> bool:
    if composition is None:
        return True
    made = {each.variant: each.sha256 for each in composition.renditions.renditions}
    return made != dict(approved.hashes)


def _moment(bench: Bench, approved: Approved) -> str:
    return f"on {moment(approved.at, bench.side.app)}"
