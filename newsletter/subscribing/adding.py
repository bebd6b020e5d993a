"""One reader brought in by a person of the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.errors import UsageError
from newsletter.lists import ListedReader, read_row
from newsletter.model.consent import Channel, FormEvidence
from newsletter.store.subscribers import NewReader
from newsletter.subscribing.bringing_in import Yes, bring_in
from newsletter.subscribing.list_rules import list_rules
from newsletter.subscribing.reception import Reception

_FORM = "admin"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one reader.

    Attributes:
        email: normalised.
        is_new: False for one who was known; their details were brought up to date.
        waits: new, and without proof of a yes: unmailed until they confirm.
    """

    email: str
    is_new: bool
    waits: bool


def add_by_hand(
    reception: Reception, said: Mapping[str, str], consent: str = "", *, by: str = ""
) -> Added:
    """Bring one reader in.

    Args:
        said: field -> cell, as a row of a list has them: `email`, `first_name`, `tags` ...
        consent: the words they agreed to, and where; empty leaves a new reader waiting.
        by: who does it; kept as proof.

    Raises:
        UsageError: all that is wrong with the cells, or the address said no, bounced,
            complained or was erased.
    """
    words = consent.strip()
    row = read_row(said, list_rules(reception.site, reception.now))
    if row.unknown_zone:
        raise UsageError(f'"{row.unknown_zone}" is no time zone. Write it like Europe/Berlin.')
    evidence = FormEvidence(form=_FORM if words else "", wording=words)
    note = f"added by hand: {by}" if by else "added by hand"
    done = bring_in(reception, [Yes(_reader(row), evidence, note=note)], Channel.ADMIN)
    if refused := done.refused.get(row.email):
        raise UsageError(f"{row.email} is {refused} and stays so. Only they can come back.")
    return Added(row.email, bool(done.imported), bool(done.imported) and not words)


def _reader(row: ListedReader) -> NewReader:
    return NewReader(row.email, row.first_name, row.attributes, row.tags, row.interests, row.zone)
