"""Opens and clicks, as far as a site keeps them.

`off` keeps none. `totals`, the default, keeps them under a keyed pseudonym of the delivery: it
tells that two clicks are of one person, and neither whose they are nor, without the site's
secret, of which delivery. `personal` keeps them under the delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, select

from newsletter.feedback.agents import MACHINE, family_of
from newsletter.feedback.matching import Matched
from newsletter.feedback.rules import Engagement
from newsletter.model.event import EventKind
from newsletter.model.links import counted_url
from newsletter.store.delivery_events import add_engagement, moment_text
from newsletter.store.many import is_among
from newsletter.store.tables import approval_link, dispatch, link
from newsletter.store.writing import insert_into
from newsletter.subscribing.reception import Reception
from newsletter.tokens import Signer

FOLLOWED = (EventKind.OPENED, EventKind.CLICKED)
_USE = "engagement"
_BITS = 63  # what a signed column takes


def keep_engagement(
    connection: Connection, reception: Reception, kept: Engagement, found: Iterable[Matched]
) -> None:
    """Write opens and clicks of deliveries down, each once; others are passed over."""
    if kept is Engagement.OFF:
        return
    mine = [each for each in found if each.event.kind in FOLLOWED and each.target]
    if not mine:
        return
    urls = _counted(connection, reception.site.public_url, mine)
    links = _links(connection, {url for url in urls if url})
    is_pseudonym = kept is Engagement.TOTALS
    who = pseudonyms(reception.signer) if is_pseudonym else _itself
    add_engagement(
        connection,
        [
            _row(each, who, links.get(url or ""), is_pseudonym)
            for each, url in zip(mine, urls, strict=True)
        ],
    )


def pseudonyms(signer: Signer) -> Callable[[int], int]:
    """What turns a delivery's number into one that only this site's secret makes again."""
    key = signer.derived(_USE)[0]

    def pseudonym(delivery: int) -> int:
        told = blake2b(delivery.to_bytes(8, "big"), key=key, digest_size=8).digest()
        return int.from_bytes(told, "big") >> 64 - _BITS

    return pseudonym


def _itself(delivery: int) -> int:
    return delivery


def _row(
    each: Matched, who: Callable[[int], int], link_id: int | None, is_pseudonym: bool
) -> tuple[Any, ...]:
    event, target = each.event, each.target
    assert target is not None
    agent = family_of(event.agent)
    return (
        event.provider_id,
        target.issue_number,
        target.dispatch_id,
        who(target.id),
        int(is_pseudonym),
        event.kind.value,
        moment_text(event.at),
        link_id,
        agent,
        int(event.by_machine or agent == MACHINE),
    )


def _counted(connection: Connection, public_url: str, found: Iterable[Matched]) -> list[str | None]:
    """What each click is counted as; None for opens and for pages of ours for one reader."""
    clicks = {each.target.dispatch_id for each in found if each.event.url and each.target}
    known = {each: _known(connection, each) for each in clicks}
    return [
        counted_url(each.event.url, public_url, known[each.target.dispatch_id])
        if each.event.url and each.target
        else None
        for each in found
    ]


def _known(connection: Connection, dispatch_id: int) -> tuple[str, ...]:
    """The links of the letter that a dispatch sends."""
    rows = connection.scalars(
        select(approval_link.c.url)
        .join(dispatch, dispatch.c.approval_id == approval_link.c.approval_id)
        .where(dispatch.c.id == dispatch_id)
        .distinct()
        .order_by(approval_link.c.url)
    )
    return tuple(rows)


def _links(connection: Connection, urls: set[str]) -> Mapping[str, int]:
    """The number of each counted address; new ones get one."""
    if not urls:
        return {}
    found = select(link.c.url, link.c.id).where(is_among(connection, link.c.url, urls))
    known = {row.url: row.id for row in connection.execute(found)}
    new = sorted(urls - known.keys())
    if not new:
        return known
    adding = insert_into(connection, link).on_conflict_do_nothing()
    connection.execute(adding, [{"url": url} for url in new])
    return {row.url: row.id for row in connection.execute(found)}
