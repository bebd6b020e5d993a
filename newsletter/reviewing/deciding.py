"""Approve or send back, bound to what was shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from newsletter.dispatching.planning import rebind
from newsletter.errors import BlockedError, LedgerError, UsageError
from newsletter.model.ledger import ENDED, Dispatch, DispatchState
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.review import Answer, PersonalLink
from newsletter.publishing import Composition, approve, require_sendable
from newsletter.reviewing.links import LONGEST_NOTE, Reviewing, within
from newsletter.reviewing.seeing import finding_key, require_seen, warnings_of
from newsletter.store import Store
from newsletter.store.approvals import Approved
from newsletter.store.dispatches import dispatches_of
from newsletter.store.notices import write_notice
from newsletter.store.personal_links import answer_link


class Unaccepted(UsageError):
    """Something has to be ticked first.

    Attributes:
        missing: keys of the warnings nobody accepted; `rebind` for a dispatch that is scheduled.
    """

    def __init__(self, message: str, missing: Collection[str]) -> None:
        self.missing = frozenset(missing)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said with the button.

    Attributes:
        by: a person's name.
        email: the same person's address.
        seen: the mark of what was shown; see `seeing`.
        accepted: keys of the warnings that were accepted one by one.
        rebind: let this version take the place of the one that is scheduled.
    """

    by: str
    seen: str
    accepted: frozenset[str] = frozenset()
    rebind: bool = False
    email: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """An approval, and the dispatch that was under way.

    Attributes:
        under_way: as it is now; None when the issue is not on the calendar.
        rebound: it will send what was approved just now, at the time it had.
    """

    approved: Approved
    under_way: Dispatch | None
    rebound: bool


def decide(
    room: Reviewing,
    composition: Composition,
    decision: Decision,
    *,
    authors: Collection[str] = (),
    also: Callable[[Connection, int], None] = lambda connection, approval_id: None,
) -> Decided:
    """Approve what was shown.

    Args:
        composition: as the files make it now.
        authors: who wrote it, names and addresses; matters where two people are asked for.
        also: written together with the approval.

    Raises:
        Changed: the files make something else than what was shown.
        BlockedError: the issue has errors, or its author approves.
        Unaccepted: a warning, or a new version of a scheduled issue, was not accepted.
    """
    require_seen(composition, decision.seen)
    require_sendable(composition)
    _require_another(room, decision, authors)
    under_way = dispatch_under_way(room.store, composition.issue.number)
    is_scheduled = under_way is not None and under_way.state is DispatchState.SCHEDULED
    _require_accepted(composition, decision, is_scheduled=is_scheduled)
    approved = approve(
        room.store,
        accepted(composition, decision.by),
        by=decision.by,
        clock=room.clock,
        also=also,
    )
    if under_way is None or not is_scheduled:
        return Decided(approved, under_way, rebound=False)
    try:
        bound = rebind(room.store, under_way.id, approved.id, approved.by)
    except LedgerError:  # it began in this very moment, with the version before
        return Decided(approved, dispatch_under_way(room.store, approved.issue_number), False)
    return Decided(approved, bound, rebound=True)


def decide_by_link(
    room: Reviewing,
    link: PersonalLink,
    composition: Composition,
    decision: Decision,
    *,
    authors: Collection[str] = (),
) -> Decided:
    """Approve by a personal link; its answer is written together with the approval.

    Raises:
        Changed, BlockedError, Unaccepted: as `decide` does.
        LedgerError: the link has its answer already, or ended while the page was open.
    """

    def answered(connection: Connection, approval_id: int) -> None:
        now, yes = room.store.now(connection), Answer.APPROVED
        _require_answered(answer_link(connection, link.id, yes, now, approval_id=approval_id))
        title = f"{link.name} approved issue {link.issue_number}"
        words = f"Asked by {link.by}. It is not scheduled by that; the next step is yours."
        write_notice(connection, _notice(link, NoticeKind.APPROVED, now, title, words))

    return decide(room, composition, decision, authors=authors, also=answered)


def send_back(
    room: Reviewing, link: PersonalLink, composition: Composition, seen: str, comment: str
) -> None:
    """Say by a personal link that the letter should not go out like this.

    Raises:
        Changed: the files make something else than what was shown.
        UsageError: no comment, or one too long.
        LedgerError: the link has its answer already, or ended while the page was open.
    """
    require_seen(composition, seen)
    comment = within(comment, LONGEST_NOTE, "The comment")
    if not comment:
        raise UsageError("Say in a few words what should change.")
    with room.store.write() as connection:
        now, no = room.store.now(connection), Answer.SENT_BACK
        _require_answered(answer_link(connection, link.id, no, now, comment=comment))
        title = f"{link.name} sent issue {link.issue_number} back"
        write_notice(connection, _notice(link, NoticeKind.SENT_BACK, now, title, comment))


def dispatch_under_way(store: Store, number: int) -> Dispatch | None:
    """The dispatch of an issue that has not ended."""
    with store.read() as connection:
        found = dispatches_of(connection, number)
    return next((each for each in found if each.state not in ENDED), None)


def accepted(composition: Composition, by: str) -> Composition:
    """The same, with who accepted each warning: what the approval keeps."""
    warned = warnings_of(composition)
    findings = tuple(
        replace(found, acknowledged=f"accepted by {by}")
        if finding_key(found) in warned and not found.acknowledged
        else found
        for found in composition.findings
    )
    return replace(composition, findings=findings)


def is_one_of(authors: Collection[str], name: str, email: str) -> bool:
    """Whether a person is among the authors, by name or by address."""
    known = {each.casefold() for each in authors if each}
    return name.casefold() in known or email.casefold() in known


def _require_another(room: Reviewing, decision: Decision, authors: Collection[str]) -> None:
    if room.two_people and is_one_of(authors, decision.by, decision.email):
        raise BlockedError(
            f"{decision.by} worked on this letter, and this site wants somebody else to "
            "approve it. Ask a colleague."
        )


def _require_accepted(composition: Composition, decision: Decision, *, is_scheduled: bool) -> None:
    missing = set(warnings_of(composition)) - decision.accepted
    if missing:
        count = len(missing)
        raise Unaccepted(
            f"{count} {'warning is' if count == 1 else 'warnings are'} not accepted yet. "
            "Mend what it says, or tick it.",
            missing,
        )
    if is_scheduled and not decision.rebind:
        raise Unaccepted(
            "This issue is on the calendar. Tick that this version takes the place of the one "
            "that waits there.",
            {"rebind"},
        )


def _require_answered(written: bool) -> None:
    if not written:
        raise LedgerError("This link has its answer already, or it ended meanwhile.")


def _notice(link: PersonalLink, kind: NoticeKind, now: datetime, title: str, words: str) -> Notice:
    return Notice(f"{kind.value}-link-{link.id}", kind, now, title, words, link.issue_number)
