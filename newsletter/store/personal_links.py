"""Personal links in and out: made, looked up, mailed once, answered once, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, select, update

from newsletter.model.ledger import require_step
from newsletter.model.review import POST_STEPS, Answer, LinkFor, PersonalLink, Post
from newsletter.store.tables import personal_link
from newsletter.store.writing import changed

LEASE = timedelta(minutes=3)  # longer than any transport takes to time out
_DIED = "whoever mailed it died before there was an answer"


def insert_link(connection: Connection, **values: Any) -> PersonalLink:
    """Write a link; `values` are columns."""
    made = connection.execute(personal_link.insert().values(**values).returning(personal_link))
    return _link(made.one())


def find_link(connection: Connection, link_id: int) -> PersonalLink | None:
    """One link, open or not."""
    row = connection.execute(_links().where(personal_link.c.id == link_id)).first()
    return None if row is None else _link(row)


def links_of(
    connection: Connection, issue_number: int, *kinds: LinkFor
) -> tuple[PersonalLink, ...]:
    """Every link of an issue, newest first."""
    mine = personal_link.c.issue_number == issue_number
    found = _links().where(mine, personal_link.c.kind.in_(kinds or tuple(LinkFor)))
    return _all(connection, found.order_by(personal_link.c.id.desc()))


def open_links(connection: Connection, now: datetime, *kinds: LinkFor) -> tuple[PersonalLink, ...]:
    """Every link that still opens something, newest first."""
    is_open = (personal_link.c.revoked_at.is_(None), personal_link.c.expires_at > now)
    found = _links().where(*is_open, personal_link.c.kind.in_(kinds or tuple(LinkFor)))
    return _all(connection, found.order_by(personal_link.c.id.desc()))


def unanswered(
    connection: Connection, issue_number: int, email: str, now: datetime
) -> tuple[PersonalLink, ...]:
    """Open links by which one person was asked to approve an issue and did not answer."""
    found = _links().where(
        _is_open(now),
        personal_link.c.kind == LinkFor.APPROVAL,
        personal_link.c.issue_number == issue_number,
        personal_link.c.email == email,
    )
    return _all(connection, found.order_by(personal_link.c.id.desc()))


def revoke_link(connection: Connection, link_id: int, by: str, now: datetime) -> bool:
    """End a link; False when it had been revoked before."""
    mine = (personal_link.c.id == link_id, personal_link.c.revoked_at.is_(None))
    ended = update(personal_link).where(*mine).values(revoked_at=now, revoked_by=by)
    return changed(connection.execute(ended))


def answer_link(
    connection: Connection,
    link_id: int,
    answer: Answer,
    now: datetime,
    *,
    comment: str = "",
    approval_id: int | None = None,
) -> bool:
    """Write down what the person decided, once; False when the link takes no answer any more."""
    values = {
        "answer": answer,
        "answered_at": now,
        "comment": comment,
        "approval_id": approval_id,
    }
    mine = update(personal_link).where(personal_link.c.id == link_id, _is_open(now))
    return changed(connection.execute(mine.values(**values)))


def claim_post(connection: Connection, link_id: int, now: datetime) -> bool:
    """Take the mail of a link, for this process alone to send."""
    taken = _post(link_id, Post.WAITING, Post.SENDING).values(lease_until=now + LEASE)
    return changed(connection.execute(taken))


def end_post(connection: Connection, link_id: int, post: Post, reason: str) -> bool:
    """Write down what became of the mail; False when it was given up meanwhile."""
    ended = _post(link_id, Post.SENDING, post).values(lease_until=None, post_reason=reason)
    return changed(connection.execute(ended))


def retry_post(connection: Connection, link_id: int) -> bool:
    """Have a mail that was clearly not taken wait again; False for any other."""
    again = _post(link_id, Post.FAILED, Post.WAITING).values(post_reason="")
    return changed(connection.execute(again))


def give_up_posts(connection: Connection, now: datetime) -> None:
    """Call unknown what was being mailed by someone whose lease is over."""
    left = (personal_link.c.post == Post.SENDING, personal_link.c.lease_until < now)
    ended = {"post": Post.UNKNOWN, "post_reason": _DIED, "lease_until": None}
    connection.execute(update(personal_link).where(*left).values(**ended))


def _is_open(now: datetime) -> Any:
    """Whether a link still takes an answer."""
    link = personal_link.c
    return link.answer.is_(None) & link.revoked_at.is_(None) & (link.expires_at > now)


def _post(link_id: int, source: Post, target: Post) -> Update:
    require_step(POST_STEPS, source, target)
    mine = (personal_link.c.id == link_id, personal_link.c.post == source)
    return update(personal_link).where(*mine).values(post=target)


def _links() -> Select[Any]:
    return select(personal_link)


def _all(connection: Connection, query: Select[Any]) -> tuple[PersonalLink, ...]:
    rows: Sequence[Row[Any]] = connection.execute(query).all()
    return tuple(_link(row) for row in rows)


def _link(row: Row[Any]) -> PersonalLink:
    return PersonalLink(
        id=row.id,
        kind=row.kind,
        nonce=row.nonce,
        issue_number=row.issue_number,
        slug=row.slug,
        name=row.name,
        email=row.email,
        note=row.note,
        seen=row.seen,
        by=row.by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        post=row.post,
        post_reason=row.post_reason,
        answer=row.answer,
        answered_at=row.answered_at,
        comment=row.comment,
        approval_id=row.approval_id or 0,
    )
