"""Evidence for one issue: what the list, earlier issues, the web and DNS say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from newsletter.checks import Evidence, FilledMail, LinkAnswer, SenderAnswer, Specimen, addresses_of
from newsletter.errors import Place
from newsletter.model.rendition import Rendition, Renditions
from newsletter.model.site import Site
from newsletter.publishing.difficult import filled_mails
from newsletter.publishing.readers import neutral_reader
from newsletter.rendering import variant_for
from newsletter.store import Store
from newsletter.store.archive import sent_issues
from newsletter.store.straining import Strained, straining, values_of

STRANGEST = 10
RECENT_ISSUES = 10
Follow = Callable[[Iterable[str]], Mapping[str, LinkAnswer]]


@dataclass(frozen=True, slots=True)
class StrangeReader:
    """A reader whose values strain the letter.

    Attributes:
        why: in which ways.
        values: field -> value, of those that the letter uses.
    """

    id: int
    why: tuple[str, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What looking through the list for one issue gave.

    Attributes:
        readers: how many were looked at; `empty` of them without a first name.
        strangest: at most ten.
    """

    slug: str
    readers: int
    empty: int
    strangest: tuple[StrangeReader, ...]


@dataclass
class Asking:
    """Completes the evidence of each issue with what may be asked.

    Attributes:
        store: with the list and earlier issues; None when there is no database.
        readers: look through the list.
        follow: follows links; None when nobody may.
        sender: what DNS says about the sender's domain.
        told: what was found in the list, issue by issue.
    """

    site: Site
    store: Store | None = None
    readers: bool = False
    follow: Follow | None = None
    sender: SenderAnswer | None = None
    told: list[Asked] = field(default_factory=list)

    def __call__(self, made: Renditions, evidence: Evidence) -> Evidence:
        """The evidence with everything that was found out for this issue."""
        if self.store is not None:
            evidence = replace(evidence, earlier_subjects=self._earlier(made, self.store))
        if self.store is not None and self.readers:
            mails = self._strangest(made, self.store)
            evidence = replace(evidence, filled=mails, asked_list=True)
        if self.follow is not None:
            evidence = replace(evidence, links=self.follow(self._links(made)))
        return replace(evidence, sender=self.sender)

    def _earlier(self, made: Renditions, store: Store) -> tuple[str, ...]:
        with store.read() as connection:
            sent = sent_issues(connection)
        others = (each for each in sent if each.number != made.issue.number)
        return tuple(each.subject for each in others)[:RECENT_ISSUES]

    def _links(self, made: Renditions) -> tuple[str, ...]:
        nothing = Evidence()
        specimens = (Specimen(each, self.site, nothing, Place("")) for each in made.renditions)
        return tuple(dict.fromkeys(link for each in specimens for link in addresses_of(each)))

    def _strangest(self, made: Renditions, store: Store) -> Mapping[str, tuple[FilledMail, ...]]:
        fields = _fields(made.renditions)
        with store.read() as connection:
            found = straining(connection, fields)
            ranked = _ranked(found.found)
            values = values_of(connection, [reader for reader, _ in ranked], fields)
        strangest = tuple(StrangeReader(id_, why, values[id_]) for id_, why in ranked)
        self.told.append(Asked(made.issue.slug, found.readers, found.empty, strangest))
        variant = variant_for(made.renditions, None)
        readers = [(_who(each), self._values(each)) for each in strangest]
        return {
            each.variant: filled_mails(each, readers if each.variant == variant else ())
            for each in made.renditions
        }

    def _values(self, reader: StrangeReader) -> Mapping[str, str]:
        own = {f"subscriber.{name}": value for name, value in reader.values.items()}
        return {**neutral_reader(self.site), **own}


def readers_row(asked: Asked) -> dict[str, Any]:
    """What was found in the list, as plain values."""
    return {
        "issue": asked.slug,
        "readers": asked.readers,
        "without_first_name": asked.empty,
        "strangest": [
            {"id": each.id, "why": list(each.why), "values": dict(each.values)}
            for each in asked.strangest
        ],
    }


def _fields(renditions: Sequence[Rendition]) -> tuple[str, ...]:
    """The fields of readers that the letter uses; without any, the name may come yet."""
    sources = {tag.source for each in renditions for tag in each.merge_tags}
    used = sorted(s.removeprefix("subscriber.") for s in sources if s.startswith("subscriber."))
    return tuple(used) or ("first_name",)


def _ranked(found: Sequence[Strained]) -> list[tuple[int, tuple[str, ...]]]:
    """The strangest first: who is strange in most ways; then each way in turn."""
    ways: dict[int, list[str]] = {}
    for one in found:
        ways.setdefault(one.reader, []).append(one.why)
    ranked = sorted(ways.items(), key=lambda each: (-len(each[1]), each[0]))
    return [(reader, tuple(why)) for reader, why in ranked[:STRANGEST]]


def _who(reader: StrangeReader) -> str:
    return f"reader {reader.id} ({', '.join(reader.why)})"
