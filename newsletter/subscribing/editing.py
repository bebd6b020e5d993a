"""What a person of the site corrects about a reader: name, attributes, interests, tags, zone.

None of it touches whether they are mailed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from newsletter.errors import NotFound, UsageError
from newsletter.lists import ListedReader, read_row
from newsletter.model.consent import Channel, ConsentStep
from newsletter.store.interests import bits_of_interests, mask_of
from newsletter.store.readers import Reader, change_reader, change_tags, lock_reader, tags_of
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.list_rules import list_rules
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.writing_down import write_down


@dataclass(frozen=True, slots=True)
class Edited:
    """What was changed.

    Attributes:
        what: in words: `first name`, `tags` ...; empty when all stayed as it was.
    """

    what: tuple[str, ...] = ()


def edit_reader(
    reception: Reception, reader_id: int, said: Mapping[str, str], *, by: str
) -> Edited:
    """Set what a person of the site typed; what is empty is taken away.

    Args:
        said: field -> cell as a row of a list has them: `first_name`, `interests` (empty: all),
            `tags`, `zone`, and the site's attributes; those not named stay.
        by: who does it; kept with what was changed in the reader's proof.

    Raises:
        NotFound: there is no such reader, or they were erased.
        UsageError: all that is wrong with what was typed.
    """
    with reception.store.write() as connection:
        reader = lock_reader(connection, reader_id)
        if reader is None or reader.status is Status.ERASED:
            raise NotFound("There is no such reader any more.")
        row = read_row({"email": reader.email, **said}, list_rules(reception.site, reception.now))
        if row.unknown_zone:
            raise UsageError(f'"{row.unknown_zone}" is no time zone. Write it like Europe/Berlin.')
        changed = _change(connection, reader, row, said)
        _write_down(reception, connection, reader, row, changed, by)
        return Edited(changed)


def _change(
    connection: Connection, reader: Reader, row: ListedReader, said: Mapping[str, str]
) -> tuple[str, ...]:
    """Write what differs; returns it in words."""
    values: dict[str, Any] = {}
    changed: list[str] = []
    if "first_name" in said and row.first_name != reader.first_name:
        values["first_name"] = row.first_name
        changed.append("first name")
    if "zone" in said and row.zone != reader.zone:
        values["zone"] = row.zone
        changed.append("time zone")
    if "interests" in said and _as_set(row.interests) != _as_set(reader.interests):
        values["interests"] = _mask(connection, row.interests)
        changed.append("interests")
    changed += _change_attributes(reader, row, said, values)
    if values:
        change_reader(connection, reader.id, **values)
    if "tags" in said and set(row.tags) != set(tags_of(connection, reader.id)):
        change_tags(connection, reader.id, row.tags)
        changed.append("tags")
    return tuple(changed)


def _change_attributes(
    reader: Reader, row: ListedReader, said: Mapping[str, str], values: dict[str, Any]
) -> list[str]:
    named = {*said} - {"first_name", "zone", "interests", "tags"}
    kept = {slug: value for slug, value in reader.attributes.items() if slug not in named}
    attributes = kept | dict(row.attributes)
    if attributes == dict(reader.attributes):
        return []
    values["attributes"] = attributes
    slugs = {*attributes, *reader.attributes}
    return sorted(slug for slug in slugs if attributes.get(slug) != reader.attributes.get(slug))


def _write_down(
    reception: Reception,
    connection: Connection,
    reader: Reader,
    row: ListedReader,
    changed: tuple[str, ...],
    by: str,
) -> None:
    """Interests have a step of their own in the proof; all else is one line."""
    now = reception.now
    if "interests" in changed:
        chosen = ", ".join(row.interests or ()) or "all"
        step = ConsentStep.CHOSE_INTERESTS
        note = f"{by}: {chosen}"
        write_down(reception, connection, reader, step, Channel.ADMIN, at=now, note=note)
    others = [each for each in changed if each != "interests"]
    if others:
        note = f"{by}: {', '.join(others)}"
        step = ConsentStep.RENAMED
        write_down(reception, connection, reader, step, Channel.ADMIN, at=now, note=note)


def _as_set(slugs: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if slugs is None else frozenset(slugs)


def _mask(connection: Connection, slugs: tuple[str, ...] | None) -> int | None:
    return None if slugs is None else mask_of(bits_of_interests(connection, slugs), slugs)
