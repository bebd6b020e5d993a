"""C: the readers' mail clients can show it (C01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from newsletter.checks.clients.detecting import uses
from newsletter.checks.clients.facts import facts, family_name
from newsletter.checks.clients.matrix import Row, rows
from newsletter.checks.clients.shares import LEAST, family_shares, mix
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity


@rule(
    "C01",
    Severity.WARNING,
    claim="No element or style is used that a mail client of more than 2 % of the readers does "
    "not show.",
    why="There the mail looks as if it were not written: caniemail.com's tests, by the latest "
    "version of each client. Partial and unknown support is no fault.",
    mend="Use what these clients know, or give those that do not another way; see newsletter "
    "check --clients.",
)
def shown_by_clients(specimen: Specimen) -> Iterator[Fault]:
    """C01. Judged on what readers meet: not on hacks for one client, nor on what is hidden."""
    shares = mix(specimen.evidence.clients)
    for row in rows(uses(specimen.document, specimen.cascade), facts(), shares):
        families = {} if row.harmless else _families(row, shares)
        if families:
            yield Fault(
                f"{_blamed(row)} is not shown by {_told(families)}.", element=row.use.element
            )


def _families(row: Row, shares: Mapping[str, float]) -> Mapping[str, float]:
    """The families with more than 2 % of all readers in clients that lose it."""
    lost = family_shares({client: shares[client] for client in row.lost})
    return {family: share for family, share in lost.items() if share > LEAST}


def _blamed(row: Row) -> str:
    return f'"{row.use.sample}" ({row.use.slug}, tested {row.tested:%B %Y})'


def _told(families: Mapping[str, float]) -> str:
    return ", ".join(f"{family_name(family)} ({share:.0%})" for family, share in families.items())


RULES: tuple[Rule, ...] = (shown_by_clients,)
