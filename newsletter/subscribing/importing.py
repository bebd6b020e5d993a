"""A list brought in: noes first, then yeses, a chunk at a time; or what that would come to.

In whatever order rows and files stand, a no in any of them keeps the address out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from newsletter.lists import BadRow, Kind, ListedReader, ListPlan, ListRules, Seen
from newsletter.model.consent import FormEvidence, SuppressionReason
from newsletter.store.bulk import known_among
from newsletter.store.many import make_room
from newsletter.store.subscribers import NewReader
from newsletter.subscribing.bringing_in import Yes, bring_in, chunks, refusals
from newsletter.subscribing.bringing_noes import No, take_noes
from newsletter.subscribing.reception import Reception

OnBad = Callable[[ListPlan, BadRow], None]
"""Takes a bad row, with the list it stood in."""
Told = Callable[[ListPlan, int], None]
"""Takes how many bytes of a list were read; a list with noes and yeses is read twice."""

_SUPPRESSED_FOR = {
    Kind.CLEANED: SuppressionReason.BOUNCE,
    Kind.SUPPRESSED: SuppressionReason.IMPORTED,
}


@dataclass(slots=True)
class Tally:
    """What became of rows.

    Attributes:
        imported: new readers, those who wait among them.
        updated: known readers, their details changed or not.
        suppressed: addresses that stay unmailed: noes of the list, and yeses that a no beats.
        waiting: new readers without proof of a yes; unmailed until they confirm.
        rejected: bad rows.
        unknown_zones: readers whose time zone nobody knows; they count as the site's.
        repeated: rows of addresses that stood in the list before.
    """

    imported: int = 0
    updated: int = 0
    suppressed: int = 0
    waiting: int = 0
    rejected: int = 0
    unknown_zones: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """Lists to bring in.

    Attributes:
        plans: how each will be read.
        consent: the words that all in them agreed to, as the lists' owner declares; may be empty.
        on_bad, told: called as it goes.
    """

    plans: Sequence[ListPlan]
    rules: ListRules
    consent: str = ""
    on_bad: OnBad = field(default=lambda plan, row: None)
    told: Told = field(default=lambda plan, read: None)

    @property
    def passes(self) -> tuple[tuple[ListPlan, bool], ...]:
        """Each reading of a list: the list, and whether noes are taken from it or yeses."""
        noes = [(plan, True) for plan in self.plans if plan.may_hold[0]]
        return (*noes, *((plan, False) for plan in self.plans if plan.may_hold[1]))


def import_lists(reception: Reception, lists: Import) -> Tally:
    """Bring lists in; doing it again, or after it was interrupted, changes nothing.

    Raises:
        UsageError: the rest of a list turned out to be unreadable; what was read is in.
    """
    tally = Tally()
    with reception.store.write() as connection:
        make_room(connection)
    with Seen() as closed:
        for plan, noes in lists.passes:
            for rows in chunks(_rows(lists, plan, tally, noes=noes)):
                if noes:
                    _take(reception, plan, rows, closed, tally)
                else:
                    _bring(reception, lists, plan, rows, closed, tally)
    return tally


def foresee(reception: Reception, lists: Import) -> Tally:
    """What bringing them in would come to now; nothing is written."""
    tally = Tally()
    with Seen() as closed, Seen() as seen:
        for plan, noes in lists.passes:
            for rows in chunks(_rows(lists, plan, tally, noes=noes)):
                said_no = closed.among(row.email for row in rows) if not noes else set()
                heard = closed if noes else seen
                fresh = set(heard.new_among(row.email for row in rows))
                tally.repeated += len(rows) - len(fresh)
                if noes:
                    tally.suppressed += len(fresh)
                else:
                    _foresee(reception, lists, plan, rows, fresh, said_no, tally)
    return tally


def _rows(lists: Import, plan: ListPlan, tally: Tally, *, noes: bool) -> Iterator[ListedReader]:
    """The rows of one reading; what is bad is told in the last one of its list."""
    last = not (noes and plan.may_hold[1])
    for row in plan.rows(lists.rules, lambda read: lists.told(plan, read)):
        if isinstance(row, ListedReader):
            if row.kind.is_no is noes:
                tally.unknown_zones += bool(row.unknown_zone) and not noes
                yield row
        elif last:
            tally.rejected += 1
            lists.on_bad(plan, row)


def _take(
    reception: Reception,
    plan: ListPlan,
    rows: Sequence[ListedReader],
    closed: Seen,
    tally: Tally,
) -> None:
    said = "; ".join
    noes = [
        No(
            row.email,
            _SUPPRESSED_FOR.get(row.kind),
            said(filter(None, (plan.source.name, row.left_at, row.reason[:500]))),
        )
        for row in rows
    ]
    take_noes(reception, noes)
    distinct = len(closed.new_among(no.email for no in noes))
    tally.suppressed += distinct
    tally.repeated += len(rows) - distinct


def _bring(
    reception: Reception,
    lists: Import,
    plan: ListPlan,
    rows: Sequence[ListedReader],
    closed: Seen,
    tally: Tally,
) -> None:
    yeses = {row.email: _yes(plan, row, lists.consent) for row in _best(rows, lists.consent)}
    tally.repeated += len(rows) - len(yeses)
    for proved in (True, False):
        some = [yes for yes in yeses.values() if yes.is_proved is proved]
        if not some:
            continue
        done = bring_in(reception, some)
        tally.imported += done.imported
        tally.updated += done.updated
        counted = len(closed.among(done.refused))
        tally.suppressed += len(done.refused) - counted
        tally.repeated += counted
        tally.waiting += 0 if proved else done.imported


def _foresee(
    reception: Reception,
    lists: Import,
    plan: ListPlan,
    rows: Sequence[ListedReader],
    fresh: set[str],
    said_no: set[str],
    tally: Tally,
) -> None:
    tally.repeated += len(fresh & said_no)
    refused = refusals(reception, fresh - said_no).keys()
    with reception.store.read() as connection:
        known = known_among(connection, sorted(fresh)).keys()
    tally.suppressed += len(fresh & refused)
    tally.updated += len((fresh & known) - refused - said_no)
    new = fresh - known - refused - said_no
    tally.imported += len(new)
    best = {row.email: row for row in _best(rows, lists.consent)}
    tally.waiting += sum(not _yes(plan, best[email], lists.consent).is_proved for email in new)


def _best(rows: Sequence[ListedReader], consent: str) -> list[ListedReader]:
    """Rows so that of one address the last counts, but never one without proof before another."""
    return sorted(rows, key=lambda row: row.kind is Kind.SUBSCRIBED and _is_proof(row, consent))


def _is_proof(row: ListedReader, consent: str) -> bool:
    return bool(consent or row.consent or row.given_at)


def _yes(plan: ListPlan, row: ListedReader, consent: str) -> Yes:
    words = (row.consent or consent) if row.kind is Kind.SUBSCRIBED else ""
    return Yes(
        reader=NewReader(
            email=row.email,
            first_name=row.first_name,
            attributes=row.attributes,
            tags=row.tags,
            interests=row.interests,
            zone=row.zone,
        ),
        evidence=FormEvidence(form="import", wording=words, ip=row.ip),
        given_at=row.given_at,
        note=plan.source.name,
        asked_at=row.asked_at,
        asked_ip=row.asked_ip,
    )
