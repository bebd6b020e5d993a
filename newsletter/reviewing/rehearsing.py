"""The rehearsal: what an approval would mean, before it is given. Sends and stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random, SystemRandom

from sqlalchemy import Connection

from newsletter.dispatching.rules import Rules
from newsletter.errors import NewsletterError, NotFound
from newsletter.model.ledger import Dispatch
from newsletter.model.rendition import Mail
from newsletter.model.site import Site
from newsletter.publishing import Asking, Composition, neutral_reader, sample_reader
from newsletter.publishing.asking import StrangeReader
from newsletter.rendering import fill, variant_for
from newsletter.scheduling.lasting import Lasting, expect
from newsletter.scheduling.placing import usual_canary
from newsletter.scheduling.timing import Past, Timing, read_timing
from newsletter.store import Store
from newsletter.store.readers import Reader, find_reader
from newsletter.store.rehearsal import DraftReach, count_draft, some_readers
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import masked

SHOWN = 5
_CHANCE = SystemRandom()


@dataclass(frozen=True, slots=True)
class Sample:
    """A reader whose own mail is shown. Without the address: it is nobody's business here.

    Attributes:
        why: in which ways this reader strains the letter; empty for those drawn by chance.
        variant: which one this reader gets; None when nothing is left for them.
    """

    id: int
    name: str
    variant: str | None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen.

    Attributes:
        timing: when it goes out: as scheduled, else as the issue proposes; None when nobody said.
        is_scheduled: the time is that of a dispatch on the calendar.
        no_timing: why there is none, in words.
        lasting: from the first reader to the last; None without a timing.
        by_chance, strangest: five readers each, at most.
    """

    reach: DraftReach
    timing: Timing | None
    is_scheduled: bool
    no_timing: str
    lasting: Lasting | None
    by_chance: tuple[Sample, ...]
    strangest: tuple[Sample, ...]


def reach_of(connection: Connection, composition: Composition, now: datetime) -> DraftReach:
    """Whom the letter would reach today, variant by variant."""
    made = composition.renditions.renditions
    variants = {each.variant: each.interests for each in made}
    return count_draft(connection, composition.issue.audience, variants, now)


def rehearse(
    store: Store,
    composition: Composition,
    asked: Asking,
    rules: Rules,
    *,
    scheduled: Dispatch | None,
    canary_wait: timedelta,
    random: Random = _CHANCE,
) -> Rehearsal:
    """Look at everything an approval would lead to.

    Args:
        asked: went through the list while `composition` was made.
        scheduled: the dispatch that waits on the calendar.
        canary_wait: how long word of a canary is awaited.
        random: draws the readers.
    """
    with store.read() as connection:
        now = store.now(connection)
        reach = reach_of(connection, composition, now)
        timing, problem = _timing(composition, reach, rules, scheduled, now)
        lasting = None
        if timing is not None:
            waits = canary_wait if _canary(composition, reach, scheduled) else timedelta()
            lasting = expect(connection, timing, reach.zones, rules, canary=waits, now=now)
        rule = composition.issue.audience
        drawn = some_readers(connection, rule, now, SHOWN, random)
        by_chance = tuple(_sample(connection, composition, each) for each in drawn)
        strange = _distinct(_strange(connection, composition, each) for each in _of(asked))
    return Rehearsal(reach, timing, scheduled is not None, problem, lasting, by_chance, strange)


def mail_of(store: Store, composition: Composition, reader_id: int) -> Mail:
    """The mail that one reader would get; its links lead to sample pages, its address is masked.

    Raises NotFound: no such reader on the list, or nothing is left for them.
    """
    with store.read() as connection:
        reader = find_reader(connection, reader_id)
    if reader is None or reader.status is not Status.CONFIRMED:
        raise NotFound("This reader is not on the list any more.")
    variant = _variant(composition, reader)
    if variant is None:
        raise NotFound("This reader chose nothing that is in the letter, and gets none.")
    rendition = composition.renditions.variant(variant)
    return fill(rendition, _values(composition.site, reader))


def _of(asked: Asking) -> tuple[StrangeReader, ...]:
    return asked.told[-1].strangest if asked.told else ()


def _timing(
    composition: Composition,
    reach: DraftReach,
    rules: Rules,
    scheduled: Dispatch | None,
    now: datetime,
) -> tuple[Timing | None, str]:
    at = zone = ""
    past = Past.NOW
    if scheduled is not None:
        if not scheduled.wall_time:
            return Timing(scheduled.due_at.replace(tzinfo=None), "UTC", scheduled.due_at), ""
        at, zone, past = scheduled.wall_time, scheduled.zone, Past(scheduled.past_zones)
    try:
        found = read_timing(
            composition.issue,
            reach.zones,
            site_zone=rules.site_zone,
            now=now,
            at=at,
            zone=zone,
            past=past,
        )
    except NewsletterError as problem:
        return None, str(problem)
    return found, ""


def _canary(composition: Composition, reach: DraftReach, scheduled: Dispatch | None) -> int:
    if scheduled is not None:
        return scheduled.canary
    size = usual_canary(reach.readers, composition.site.dispatch.canary)
    return size if reach.readers > size else 0  # with fewer, all of them would be first


def _sample(
    connection: Connection, composition: Composition, reader_id: int, why: tuple[str, ...] = ()
) -> Sample:
    reader = find_reader(connection, reader_id)
    assert reader is not None  # its row stays, whatever becomes of it
    return Sample(reader.id, reader.first_name, _variant(composition, reader), why)


def _strange(connection: Connection, composition: Composition, reader: StrangeReader) -> Sample:
    return _sample(connection, composition, reader.id, reader.why)


def _distinct(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """One of those who look the same: three of one name strain a letter no more than one."""
    found: dict[tuple[str, str | None, tuple[str, ...]], Sample] = {}
    for each in samples:
        found.setdefault((each.name, each.variant, each.why), each)
    return tuple(found.values())[:SHOWN]


def _variant(composition: Composition, reader: Reader) -> str | None:
    chosen = None if reader.interests is None else frozenset(reader.interests)
    return variant_for(composition.renditions.renditions, chosen)


def _values(site: Site, reader: Reader) -> Mapping[str, str]:
    values = {**reader.attributes, "email": masked(reader.email), "first_name": reader.first_name}
    mine = {name: values[name] for name in site.subscriber_fields if name in values}
    return {**neutral_reader(site), **sample_reader(site, mine)}
