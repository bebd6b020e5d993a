"""What an approval froze: in, and back out byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from newsletter.errors import LedgerError, NotFound
from newsletter.model.audience import Audience
from newsletter.model.finding import Finding
from newsletter.model.links import LetterLink
from newsletter.model.rendition import PictureFile, Rendition, Renditions
from newsletter.model.site import Sender
from newsletter.model.transport import Letter
from newsletter.store.frozen import (
    audience_json,
    finding_json,
    merge_tag_json,
    read_audience,
    read_finding,
    read_merge_tag,
    read_sender,
    sender_json,
)
from newsletter.store.interests import bits_of_interests, mask_of
from newsletter.store.store import Store
from newsletter.store.tables import (
    approval,
    approval_link,
    approval_picture,
    picture,
    rendition,
)
from newsletter.store.writing import insert_or_ignore


@dataclass(frozen=True, slots=True)
class Approved:
    """The record that froze an issue's bytes.

    Attributes:
        at: aware, UTC.
        sources: path -> SHA-256 of each source file when it was approved.
        interests: bits of all interests the issue uses.
        hashes: variant -> SHA-256 of its rendition.
    """

    id: int
    issue_number: int
    slug: str
    subject: str
    by: str
    at: datetime
    audience: Audience
    sender: Sender
    list_id: str
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]
    interests: int
    hashes: Mapping[str, str]


def _nothing(_connection: Connection, _approval_id: int) -> None:
    return None


def record_approval(
    store: Store,
    made: Renditions,
    *,
    by: str,
    at: datetime,
    sender: Sender,
    list_id: str,
    findings: Sequence[Finding],
    sources: Mapping[str, str],
    links: Sequence[LetterLink] = (),
    also: Callable[[Connection, int], None] = _nothing,
) -> Approved:
    """Freeze what was rendered: bytes, pictures, hashes, findings, who and when.

    Args:
        made: everything `render` made of the issue.
        by: who approves; a person's name.
        sources: path -> SHA-256 of each file the issue was read from.
        links: that its letters hold, by which clicks are told later.
        also: written in the same transaction; gets the approval's id, and may refuse by raising.
    """
    with store.write() as connection:
        names = {name for each in made.renditions for name in each.interests}
        bits = bits_of_interests(connection, sorted(names))
        issue = made.issue
        row = {
            "issue_number": issue.number,
            "slug": issue.slug,
            "subject": issue.subject.plain(),
            "by": by,
            "at": at,
            "findings": [finding_json(finding) for finding in findings],
            "audience": audience_json(issue.audience),
            "sender": sender_json(sender),
            "list_id": list_id,
            "sources": dict(sources),
            "interests": mask_of(bits, names),
        }
        made_id = connection.execute(
            insert(approval).values(**row).returning(approval.c.id)
        ).scalar_one()
        rows = [_rendition_row(made_id, each, bits) for each in made.renditions]
        connection.execute(insert(rendition), rows)
        for file in made.pictures:
            _freeze_picture(connection, made_id, file)
        _keep_links(connection, made_id, links)
        also(connection, made_id)
        return load_approval(connection, made_id)


def load_approval(connection: Connection, approval_id: int) -> Approved:
    """One approval; raises NotFound."""
    row = connection.execute(select(approval).where(approval.c.id == approval_id)).first()
    if row is None:
        raise NotFound(f"There is no approval {approval_id}.")
    return _approved(connection, row)


def latest_approval(connection: Connection, issue_number: int) -> Approved | None:
    """The newest approval of an issue, or None."""
    row = connection.execute(
        select(approval)
        .where(approval.c.issue_number == issue_number)
        .order_by(approval.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _approved(connection, row)


def load_renditions(connection: Connection, approval_id: int) -> tuple[Rendition, ...]:
    """The frozen renditions, in the order they were made in.

    Raises LedgerError when the bytes are not those that were approved.
    """
    rows = connection.execute(
        select(rendition).where(rendition.c.approval_id == approval_id).order_by(rendition.c.id)
    )
    return tuple(_rendition(row) for row in rows)


def load_letter(connection: Connection, rendition_id: int) -> Letter:
    """What all readers of a rendition share, ready for a Transport.

    Raises LedgerError when the bytes are not those that were approved.
    """
    row = connection.execute(
        select(rendition, approval.c.sender, approval.c.list_id, approval.c.issue_number)
        .join(approval, approval.c.id == rendition.c.approval_id)
        .where(rendition.c.id == rendition_id)
    ).one()
    frozen = _rendition(row)
    return Letter(
        key=f"{row.id}-{row.sha256}",
        sender=read_sender(row.sender),
        subject=frozen.subject,
        html=frozen.html,
        text=frozen.text,
        merge_tags=frozen.merge_tags,
        list_id=row.list_id,
        categories=(f"issue-{row.issue_number}",),
    )


def load_pictures(connection: Connection, approval_id: int) -> tuple[PictureFile, ...]:
    """The frozen pictures, sorted by filename."""
    rows = connection.execute(
        select(picture, approval_picture.c.source)
        .join_from(
            picture,
            approval_picture,
            (picture.c.sha256 == approval_picture.c.sha256)
            & (picture.c.extension == approval_picture.c.extension),
        )
        .where(approval_picture.c.approval_id == approval_id)
        .order_by(picture.c.sha256, picture.c.extension)
    )
    return tuple(
        PictureFile(row.source, row.sha256, row.extension, row.width, row.height, row.data)
        for row in rows
    )


def load_picture(connection: Connection, sha256: str, extension: str) -> bytes | None:
    """A frozen picture's bytes by its address, or None."""
    data: bytes | None = connection.execute(
        select(picture.c.data).where(picture.c.sha256 == sha256, picture.c.extension == extension)
    ).scalar()
    return data


def _rendition_row(made_id: int, made: Rendition, bits: Mapping[str, int]) -> dict[str, Any]:
    return {
        "approval_id": made_id,
        "variant": made.variant,
        "interests": mask_of(bits, made.interests),
        "interest_names": list(made.interests),
        "sections": list(made.sections),
        "sha256": made.sha256,
        "subject": made.subject,
        "preheader": made.preheader,
        "html": made.html,
        "text": made.text,
        "nonce": made.nonce,
        "merge_tags": [merge_tag_json(tag) for tag in made.merge_tags],
    }


def _freeze_picture(connection: Connection, made_id: int, file: PictureFile) -> None:
    """The same bytes are kept once, however many issues show them."""
    address = {"sha256": file.sha256, "extension": file.extension}
    size = {"width": file.width, "height": file.height}
    insert_or_ignore(connection, picture, {**address, **size, "data": file.data})
    of = {"approval_id": made_id, "source": file.source}
    insert_or_ignore(connection, approval_picture, {**of, **address})


def _keep_links(connection: Connection, made_id: int, links: Sequence[LetterLink]) -> None:
    """Each once in each section."""
    titles = {(each.url, each.section): each.title for each in links}
    rows = [
        {"approval_id": made_id, "url": url, "section": section, "title": title}
        for (url, section), title in titles.items()
    ]
    if rows:
        connection.execute(insert(approval_link), rows)


def _approved(connection: Connection, row: Row[Any]) -> Approved:
    hashes = connection.execute(
        select(rendition.c.variant, rendition.c.sha256)
        .where(rendition.c.approval_id == row.id)
        .order_by(rendition.c.id)
    )
    return Approved(
        id=row.id,
        issue_number=row.issue_number,
        slug=row.slug,
        subject=row.subject,
        by=row.by,
        at=row.at,
        audience=read_audience(row.audience),
        sender=read_sender(row.sender),
        list_id=row.list_id,
        findings=tuple(read_finding(told) for told in row.findings),
        sources=row.sources,
        interests=row.interests,
        hashes={each.variant: each.sha256 for each in hashes},
    )


def _rendition(row: Row[Any]) -> Rendition:
    frozen = Rendition(
        variant=row.variant,
        interests=tuple(row.interest_names),
        sections=tuple(row.sections),
        subject=row.subject,
        preheader=row.preheader,
        html=row.html,
        text=row.text,
        nonce=row.nonce,
        merge_tags=tuple(read_merge_tag(told) for told in row.merge_tags),
    )
    if frozen.sha256 != row.sha256:
        raise LedgerError(
            f"The frozen bytes of variant {row.variant} are not those that were approved: "
            "the database was changed by hand or damaged. Approve the issue again."
        )
    return frozen
