"""Clicks by link and by snippet: which section of the letter was it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from newsletter.feedback.engaged import count_groups, count_hours, count_links
from newsletter.feedback.machines import Scanners, find_scanners
from newsletter.feedback.numbers import Band, Engaged, LinkClicks, Place, SnippetClicks
from newsletter.model.links import page_of
from newsletter.store.tables import approval_link, dispatch

Letter = Mapping[str, tuple[Place, ...]]
"""The links of a letter, and everywhere each of them stands."""


def count_engaged(connection: Connection, issue_number: int, start: datetime) -> Engaged:
    """Count opens and clicks of an issue in every way there is."""
    letter = links_of_letter(connection, issue_number)
    scanners = find_scanners(connection, issue_number, len(letter))
    hours = count_hours(connection, scanners, start)
    found = count_links(connection, scanners)
    places = {url: _places(letter, url) for _, url, _ in found}
    return Engaged(
        opened=_sum([each.opened for each in hours]),
        clicked=_sum([each.clicked for each in hours]),
        hours=hours,
        links=_links(letter, found, places),
        snippets=_snippets(connection, scanners, found, places),
    )


def links_of_letter(connection: Connection, issue_number: int) -> Letter:
    """Those of every approval that was sent; a correction may have brought others."""
    rows = connection.execute(
        select(approval_link.c.url, approval_link.c.section, approval_link.c.title)
        .join(dispatch, dispatch.c.approval_id == approval_link.c.approval_id)
        .where(dispatch.c.issue_number == issue_number, dispatch.c.started_at.is_not(None))
        .distinct()
        .order_by(approval_link.c.url, approval_link.c.section, approval_link.c.title)
    )
    letter: dict[str, tuple[Place, ...]] = {}
    for url, section, title in rows:
        letter[url] = (*letter.get(url, ()), Place(section, title))
    return letter


def _places(letter: Letter, url: str) -> tuple[Place, ...]:
    """Where a clicked link stands. One that came back changed is known by its page alone."""
    if url in letter:
        return letter[url]
    near = [places for known, places in letter.items() if page_of(known) == url]
    return near[0] if len(near) == 1 else ()


def _links(
    letter: Letter,
    found: Sequence[tuple[int, str, Band]],
    places: Mapping[str, tuple[Place, ...]],
) -> Sequence[LinkClicks]:
    """Also those that nobody clicked."""
    clicked = [LinkClicks(url, places[url], band) for _, url, band in found]
    quiet = [LinkClicks(url, where, Band()) for url, where in letter.items() if url not in places]
    return sorted([*clicked, *quiet], key=lambda each: (*_rank(each.readers), each.url))


def _snippets(
    connection: Connection,
    scanners: Scanners,
    found: Sequence[tuple[int, str, Band]],
    places: Mapping[str, tuple[Place, ...]],
) -> Sequence[SnippetClicks]:
    groups: dict[str, list[int]] = {}
    named: dict[str, Place] = {}
    shared: set[str] = set()
    for number, url, _ in found:
        for place in places[url]:
            groups.setdefault(place.section, []).append(number)
            named[place.section] = place
            shared |= {place.section} if len(places[url]) > 1 else set()
    if not groups:
        return ()
    counted = count_groups(connection, scanners, groups)
    clicks = [SnippetClicks(named[key], counted[key], key in shared) for key in groups]
    return sorted(clicks, key=lambda each: (*_rank(each.readers), each.place.section))


def _rank(band: Band) -> tuple[int, int]:
    return -band.surely, -band.possible


def _sum(bands: Sequence[Band]) -> Band:
    return Band(sum(each.surely for each in bands), sum(each.possible for each in bands))
