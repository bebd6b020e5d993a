"""Ask a named person without an account to approve a letter."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from newsletter.errors import NotFound, UsageError
from newsletter.model.review import Approver, LinkFor, PersonalLink, Post
from newsletter.publishing import Composition
from newsletter.reviewing.links import USUAL_DAYS, Reviewing, make_link, one_line
from newsletter.reviewing.seeing import seen_mark
from newsletter.store.personal_links import revoke_link, unanswered
from newsletter.store.reviews import add_approver, lock_approver
from newsletter.subscribing.addresses import normalise


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for approval.

    Attributes:
        is_new: False when the same person had been asked about the very same letter a moment
            ago: another click, not another mail.
    """

    link: PersonalLink
    is_new: bool


def vouch(room: Reviewing, name: str, email: str, by: str) -> Approver:
    """Know a person who may be asked. For publishers: editors ask only whom these vouched for.

    Raises UsageError: no name, or no address.
    """
    name = one_line(name)
    if not name:
        raise UsageError("Type the person's name; it stands in the record of the approval.")
    address = normalise(email)
    with room.store.write() as connection:
        return add_approver(connection, name, address, by, room.store.now(connection))


def ask_for_approval(
    room: Reviewing,
    composition: Composition,
    approver_id: int,
    *,
    by: str,
    note: str = "",
    days: int = USUAL_DAYS,
    mailed: bool = True,
) -> Asked:
    """Make a personal link for someone; an earlier one that has no answer ends.

    Args:
        approver_id: one of `store.reviews.approvers`.
        by: the name of who asks.
        note: a message for them.
        mailed: whether its mail waits to be sent; see `mailing.mail_link`.

    Raises:
        NotFound: that person is not known any more.
        UsageError: note or days are out of bounds.
    """
    mark = seen_mark(composition)
    with room.store.write() as connection:
        person = lock_approver(connection, approver_id)
        if person is None:
            raise NotFound("This person is not in the list of approvers any more.")
        if same := _same(room, connection, composition, person, mark):
            return Asked(same, is_new=False)
        link = make_link(
            connection,
            LinkFor.APPROVAL,
            by=by,
            now=room.store.now(connection),
            days=days,
            issue=(composition.issue.number, composition.issue.slug),
            name=person.name,
            email=person.email,
            note=note,
            seen=mark,
            post=Post.WAITING if mailed else Post.NONE,
        )
    return Asked(link, is_new=True)


def _same(
    room: Reviewing,
    connection: Connection,
    composition: Composition,
    person: Approver,
    mark: str,
) -> PersonalLink | None:
    """The open request about the very same letter; those about an earlier state of it end."""
    now = room.store.now(connection)
    open_ones = unanswered(connection, composition.issue.number, person.email, now)
    same = next((each for each in open_ones if each.seen == mark), None)
    if same is None:
        for each in open_ones:
            revoke_link(connection, each.id, "a newer request", now)
    return same
