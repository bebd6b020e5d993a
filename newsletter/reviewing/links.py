"""Personal links: one letter, for a while, for somebody without an account.

The address is a signed mark of the link's id and of a random number that stands beside it in the
database. So the database alone opens nothing, an altered address is none of ours, and the row
says whether the link still counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import randbits

from sqlalchemy import Connection

from newsletter.errors import NotFound, UsageError
from newsletter.model.ports import Clock
from newsletter.model.review import LinkFor, PersonalLink, Post
from newsletter.store import Store
from newsletter.store.personal_links import find_link, insert_link, revoke_link
from newsletter.tokens import Purpose, Signer

USUAL_DAYS = 7
MOST_DAYS = 60
LONGEST_NAME = 80
LONGEST_NOTE = 2_000
_NONCE_BITS = 56
_PURPOSE = {
    LinkFor.APPROVAL: Purpose.APPROVAL,
    LinkFor.PREVIEW: Purpose.PREVIEW,
    LinkFor.REPORT: Purpose.REPORT,
}
_PAGE = {
    LinkFor.APPROVAL: "review",
    LinkFor.PREVIEW: "shared",
    LinkFor.REPORT: "shared-report",
}


class ClosedFor(StrEnum):
    """Why a link opens nothing."""

    ALTERED = "altered"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Closed(NotFound):
    """A personal link that opens nothing; says why, and nothing about what was behind it."""

    def __init__(self, why: ClosedFor) -> None:
        self.why = why
        super().__init__(_CLOSED[why])


_CLOSED = {
    ClosedFor.ALTERED: "This link is not complete, or none of ours. Open it from the mail again.",
    ClosedFor.EXPIRED: "This link has ended. Ask whoever sent it for a new one.",
    ClosedFor.REVOKED: "This link was taken back. Ask whoever sent it whether there is a new one.",
}


@dataclass(frozen=True)
class Reviewing:
    """What the use cases of reviewing work with.

    Attributes:
        url: how browsers reach the studio, without a slash at the end.
        two_people: whoever wrote a letter may not be the one who approves it.
    """

    store: Store
    signer: Signer
    clock: Clock
    url: str
    two_people: bool = False

    def address(self, link: PersonalLink) -> str:
        """The whole address of a link, to be mailed or copied."""
        return f"{self.url}/studio/{_PAGE[link.kind]}/{self.token(link)}"

    def token(self, link: PersonalLink) -> str:
        """The part of the address that opens it; 44 characters."""
        return self.signer.mark(_PURPOSE[link.kind], link.nonce, link.id)

    def form_mark(self, link: PersonalLink) -> str:
        """What a form of the link's page carries, and no address ever shows."""
        return self.signer.mark(Purpose.LINK_FORM, link.nonce, link.id)


def open_link(room: Reviewing, kind: LinkFor, token: str) -> PersonalLink:
    """The link behind an address. Changes nothing.

    Raises:
        Closed: it is altered, of another kind, expired, or taken back.
    """
    mark = room.signer.read(_PURPOSE[kind], token)
    if mark is None:
        raise Closed(ClosedFor.ALTERED)
    with room.store.read() as connection:
        link = find_link(connection, mark.about)
        now = room.store.now(connection)
    if link is None or link.kind is not kind or link.nonce != mark.subscriber:
        raise Closed(ClosedFor.ALTERED)
    if link.revoked_at is not None:
        raise Closed(ClosedFor.REVOKED)
    if now >= link.expires_at:
        raise Closed(ClosedFor.EXPIRED)
    return link


def require_form(room: Reviewing, link: PersonalLink, typed: str) -> None:
    """Refuse a form that does not come from the page of that link.

    Raises UsageError.
    """
    mark = room.signer.read(Purpose.LINK_FORM, typed)
    if mark is None or (mark.subscriber, mark.about) != (link.nonce, link.id):
        raise UsageError("This form is not from this page. Open your link again, and send it.")


def make_link(
    connection: Connection,
    kind: LinkFor,
    *,
    by: str,
    now: datetime,
    days: int = USUAL_DAYS,
    issue: tuple[int, str] = (0, ""),
    name: str = "",
    email: str = "",
    note: str = "",
    seen: str = "",
    post: Post = Post.NONE,
) -> PersonalLink:
    """Make a link.

    Args:
        by: the name of who makes it.
        days: it ends after so many; 1 to 60.
        issue: number and slug of what it shows.
        name, email: for whom.

    Raises:
        UsageError: days, name or note are out of bounds.
    """
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"A link is open for 1 to {MOST_DAYS} days.")
    return insert_link(
        connection,
        kind=kind,
        nonce=randbits(_NONCE_BITS),
        issue_number=issue[0],
        slug=issue[1],
        name=one_line(name),
        email=email,
        note=within(note, LONGEST_NOTE, "The message"),
        seen=seen,
        by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
        post=post,
    )


def take_back(room: Reviewing, link_id: int, by: str) -> PersonalLink:
    """End a link now; one that has ended stays as it is. Raises NotFound."""
    with room.store.write() as connection:
        revoke_link(connection, link_id, by, room.store.now(connection))
        link = find_link(connection, link_id)
    if link is None:
        raise NotFound("There is no such link any more.")
    return link


def one_line(name: str) -> str:
    """A name as one line; raises UsageError when it is too long."""
    return within(" ".join(name.split()), LONGEST_NAME, "The name")


def within(text: str, most: int, what: str) -> str:
    """The text without blanks around it; raises UsageError over so many characters."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > most:
        raise UsageError(f"{what} has {len(text):,} characters; {most:,} are the most.")
    return text
