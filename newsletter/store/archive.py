"""What readers got, for reading again: issues that went out, and one reader's own copy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from newsletter.model.ledger import BatchState
from newsletter.model.rendition import Rendition
from newsletter.store.approvals import load_letter
from newsletter.store.frozen import read_merge_tag
from newsletter.store.tables import (
    approval,
    approval_picture,
    batch,
    delivery,
    dispatch,
    picture,
    rendition,
    subscriber,
)
from newsletter.store.tables.subscribers import Status


@dataclass(frozen=True, slots=True)
class SentIssue:
    """An issue of which at least one mail was taken.

    Attributes:
        slug: it had when it first went out; its lasting address.
        slugs: every slug it ever had.
        approval: id of the newest; its bytes are shown.
        subject, preheader: for a reader without values.
        sent_at: when the first dispatch began; aware, UTC.
        corrected_at: when bytes were approved that differ from those first sent, or None.
    """

    number: int
    slug: str
    slugs: frozenset[str]
    approval: int
    subject: str
    preheader: str
    sent_at: datetime
    corrected_at: datetime | None


@dataclass(frozen=True, slots=True)
class FrozenPicture:
    """A picture of an approval, without its bytes.

    Attributes:
        source: the file it was made from.
        bytes: how many.
    """

    source: str
    filename: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ReaderCopy:
    """What one reader was sent.

    Attributes:
        values: source -> value, links left out.
    """

    rendition: Rendition
    issue_number: int
    values: Mapping[str, str]


def sent_issues(connection: Connection) -> tuple[SentIssue, ...]:
    """Every issue that went out, the newest first."""
    first = {row.issue_number: row for row in connection.execute(_first_dispatches())}
    if not first:
        return ()
    approvals: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(_approvals(first)):
        approvals.setdefault(row.issue_number, []).append(row)
    found = (_sent_issue(connection, first[number], rows) for number, rows in approvals.items())
    return tuple(sorted(found, key=lambda issue: (issue.sent_at, issue.number), reverse=True))


def fullest_rendition(connection: Connection, approval_id: int) -> Rendition:
    """The frozen rendition that holds every section.

    Raises LedgerError when the bytes are not those that were approved.
    """
    first = select(func.min(rendition.c.id)).where(rendition.c.approval_id == approval_id)
    return _rendition(connection, connection.execute(first).scalar_one())


def pictures_of(connection: Connection, approval_id: int) -> tuple[FrozenPicture, ...]:
    """The frozen pictures, the narrowest first."""
    rows = connection.execute(
        select(
            approval_picture.c.source,
            picture.c.sha256,
            picture.c.extension,
            picture.c.width,
            picture.c.height,
            func.length(picture.c.data).label("bytes"),
        )
        .join_from(
            approval_picture,
            picture,
            (picture.c.sha256 == approval_picture.c.sha256)
            & (picture.c.extension == approval_picture.c.extension),
        )
        .where(approval_picture.c.approval_id == approval_id)
        .order_by(picture.c.width, picture.c.sha256)
    )
    return tuple(
        FrozenPicture(row.source, f"{row.sha256}.{row.extension}", row.width, row.height, row.bytes)
        for row in rows
    )


def reader_copy(connection: Connection, subscriber_id: int, delivery_id: int) -> ReaderCopy | None:
    """What that reader was sent in that delivery; None when the two do not belong together.

    Somebody erased has no copy any more.
    """
    row = connection.execute(
        select(
            delivery.c.rendition_id,
            delivery.c.issue_number,
            subscriber.c.email,
            subscriber.c.first_name,
            subscriber.c.attributes,
        )
        .join_from(delivery, subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(
            delivery.c.id == delivery_id,
            delivery.c.subscriber_id == subscriber_id,
            delivery.c.rendition_id.is_not(None),
            subscriber.c.status != Status.ERASED,
        )
    ).first()
    if row is None:
        return None
    values = {"email": row.email, "first_name": row.first_name, **row.attributes}
    told = {f"subscriber.{name}": value for name, value in values.items()}
    return ReaderCopy(_rendition(connection, row.rendition_id), row.issue_number, told)


def _first_dispatches() -> Any:
    """Of each issue that went out, the first dispatch of which a mail was taken."""
    taken = exists().where(
        batch.c.dispatch_id == dispatch.c.id, batch.c.state == BatchState.ACCEPTED
    )
    first = select(func.min(dispatch.c.id)).where(taken).group_by(dispatch.c.issue_number)
    return select(
        dispatch.c.issue_number,
        dispatch.c.approval_id,
        func.coalesce(dispatch.c.started_at, dispatch.c.due_at).label("sent_at"),
    ).where(dispatch.c.id.in_(first))


def _approvals(numbers: Iterable[int]) -> Any:
    columns = (approval.c.id, approval.c.issue_number, approval.c.slug, approval.c.subject)
    return (
        select(*columns, approval.c.at)
        .where(approval.c.issue_number.in_(list(numbers)))
        .order_by(approval.c.id)
    )


def _sent_issue(connection: Connection, first: Row[Any], approvals: list[Row[Any]]) -> SentIssue:
    """Approvals before the one that was sent first never reached anybody."""
    since = [row for row in approvals if row.id >= first.approval_id]
    newest = since[-1]
    return SentIssue(
        number=first.issue_number,
        slug=since[0].slug,
        slugs=frozenset(row.slug for row in since),
        approval=newest.id,
        subject=newest.subject,
        preheader=_preheader(connection, newest.id),
        sent_at=first.sent_at,
        corrected_at=_corrected_at(connection, since),
    )


def _corrected_at(connection: Connection, since: list[Row[Any]]) -> datetime | None:
    """When the bytes shown now were first approved; None when they are those first sent."""
    if len(since) == 1:
        return None
    hashes = [_hashes(connection, row.id) for row in since]
    if hashes[-1] == hashes[0]:
        return None
    at = max(place for place, told in enumerate(hashes) if told != hashes[-1]) + 1
    moment: datetime = since[at].at
    return moment


def _hashes(connection: Connection, approval_id: int) -> tuple[str, ...]:
    mine = rendition.c.approval_id == approval_id
    found = select(rendition.c.sha256).where(mine).order_by(rendition.c.variant)
    return tuple(connection.scalars(found))


def _preheader(connection: Connection, approval_id: int) -> str:
    """The fullest rendition's, with each field's default."""
    row = connection.execute(
        select(rendition.c.preheader, rendition.c.merge_tags)
        .where(rendition.c.approval_id == approval_id)
        .order_by(rendition.c.id)
        .limit(1)
    ).one()
    text: str = row.preheader
    for tag in map(read_merge_tag, row.merge_tags):
        text = text.replace(tag.token, tag.default)
    return text


def _rendition(connection: Connection, rendition_id: int) -> Rendition:
    letter = load_letter(connection, rendition_id)
    return Rendition(
        variant="",
        interests=(),
        sections=(),
        subject=letter.subject,
        preheader="",
        html=letter.html,
        text=letter.text,
        nonce="",
        merge_tags=letter.merge_tags,
    )
