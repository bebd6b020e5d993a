"""The proof of every yes and no: lines in, lines out, nothing changed but what must be cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from socket import AF_INET, inet_pton
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert

from newsletter.model.consent import Channel, ConsentRecord, ConsentStep, FormEvidence
from newsletter.store.consents_bulk import insert_lines
from newsletter.store.tables import consent, wording
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import insert_or_ignore

MOST_USER_AGENT = 500
_CUT_AT_ONCE = 1_000

# What no database takes into a text, or what would break a line of it.
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]+")

NOTHING_SHOWN = FormEvidence()
"""The circumstances of what no form or page was part of."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of proof as it is written.

    Attributes:
        address_hash: keyed; see `Signer.derived`.
        token: the mark in the link that was used; only its hash is kept.
        status_before: of a withdrawal, what undoing it brings back.
        delivery: in whose mail the link stood that was used; None where there was none.
    """

    subscriber: int
    address: str
    address_hash: str
    what: ConsentStep
    at: datetime
    channel: Channel
    evidence: FormEvidence = NOTHING_SHOWN
    token: str = ""
    note: str = ""
    status_before: Status | None = None
    delivery: int | None = None


def record(connection: Connection, line: Line) -> int:
    """Add one line; returns its id."""
    _keep_words(connection, [line])
    return int(connection.execute(_insert(), _row(line)).scalar_one())


def record_all(connection: Connection, lines: Sequence[Line]) -> None:
    """Add many lines at once."""
    if lines:
        _keep_words(connection, lines)
        insert_lines(connection, [_row(line) for line in lines])


def lines_of(connection: Connection, address_hashes: Sequence[str]) -> tuple[ConsentRecord, ...]:
    """Every line about a reader who ever had that address, in the order they were written."""
    readers = select(consent.c.subscriber_id).where(consent.c.address_hash.in_(address_hashes))
    rows = connection.execute(
        select(consent, wording.c.words)
        .join(wording, wording.c.sha256 == consent.c.wording, isouter=True)
        .where(consent.c.subscriber_id.in_(readers))
        .order_by(consent.c.id)
    )
    return tuple(_read(row) for row in rows)


def latest_withdrawal(connection: Connection, subscriber: int) -> Row[Any] | None:
    """The newest line by which a reader left, with `id`, `at`, `channel`, `status_before`."""
    return connection.execute(_latest_withdrawal(), {"reader": subscriber}).first()


def cut_networks(connection: Connection, before: datetime) -> int:
    """Cut addresses of the network in lines older than that to /24 and /48.

    Returns how many were cut; a thousand at most, so call again until it says 0.
    """
    rows = connection.execute(
        select(consent.c.id, consent.c.ip)
        .where(consent.c.ip != "", consent.c.ip.not_like("%/%"), consent.c.at < before)
        .limit(_CUT_AT_ONCE)
    ).all()
    for row in rows:
        cut = update(consent).where(consent.c.id == row.id).values(ip=cut_network(row.ip))
        connection.execute(cut)
    return len(rows)


def cut_network(ip: str) -> str:
    """`203.0.113.77` to `203.0.113.0/24`, IPv6 to its /48; empty for what is neither."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return cut_network(str(mapped)) if mapped else str(_network(address, 48))
    return str(_network(address, 24))


def _network(address: IPv4Address | IPv6Address, bits: int) -> IPv4Network | IPv6Network:
    return ip_network(
        (int(address).to_bytes(address.max_prefixlen // 8, "big"), bits), strict=False
    )


def blank_lines(connection: Connection, subscriber: int) -> None:
    """Take everything personal out of a reader's lines; their order, times and words stay."""
    connection.execute(
        update(consent)
        .where(consent.c.subscriber_id == subscriber)
        .values(address="", ip="", user_agent="", note="")
    )


def sign_line(connection: Connection, line: int, by: str) -> None:
    """Say who did what a line tells, after the person it was about was taken out of it."""
    connection.execute(update(consent).where(consent.c.id == line).values(note=_fit(by)))


def sha256_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, hexadecimal."""
    return sha256(text.encode()).hexdigest()


def _keep_words(connection: Connection, lines: Iterable[Line]) -> None:
    first = {_words(line): line.at for line in lines}
    for words, at in first.items():
        if not words:
            continue
        row = {"sha256": sha256_of(words), "words": words, "first_used_at": at}
        insert_or_ignore(connection, wording, row)


@cache  # putting a statement together costs more than running it
def _insert() -> ReturningInsert[int]:
    return insert(consent).returning(consent.c.id)


@cache
def _latest_withdrawal() -> Select[Any]:
    mine = consent.c.subscriber_id == bindparam("reader")
    lines = select(consent).where(mine, consent.c.what == ConsentStep.WITHDRAWN)
    return lines.order_by(consent.c.id.desc()).limit(1)


def _words(line: Line) -> str:
    """The words agreed to, line breaks and all."""
    words = line.evidence.wording
    return _UNSTORABLE.sub(" ", words) if words else ""


def _row(line: Line) -> dict[str, Any]:
    evidence = line.evidence
    return {
        "subscriber_id": line.subscriber,
        "address": line.address,
        "address_hash": line.address_hash,
        "what": line.what,
        "at": line.at,
        "form": _fit(evidence.form),
        "form_version": _fit(evidence.form_version),
        "wording": sha256_of(words) if (words := _words(line)) else None,
        "ip": _whole_ip(evidence.ip),
        "user_agent": _fit(evidence.user_agent)[:MOST_USER_AGENT],
        "token_sha256": sha256_of(line.token) if line.token else "",
        "channel": line.channel,
        "note": _fit(line.note),
        "status_before": line.status_before,
        "delivery_id": line.delivery,
    }


def _fit(text: str) -> str:
    if text.isprintable():
        return text.strip()
    return _UNFIT.sub(" ", text).strip()


def _whole_ip(text: str) -> str:
    if not text:
        return ""
    with suppress(OSError, ValueError):  # nearly all, and much quicker than the other way
        inet_pton(AF_INET, text)
        return text
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _read(row: Row[Any]) -> ConsentRecord:
    return ConsentRecord(
        id=row.id,
        subscriber=row.subscriber_id,
        address=row.address,
        what=row.what,
        at=row.at,
        form=row.form,
        form_version=row.form_version,
        wording=row.words or "",
        wording_sha256=row.wording or "",
        ip=row.ip,
        user_agent=row.user_agent,
        token_sha256=row.token_sha256,
        channel=row.channel,
        note=row.note,
    )
