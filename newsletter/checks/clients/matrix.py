"""Client x feature: what the readers' mail clients make of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from newsletter.checks.clients.detecting import Use, Uses
from newsletter.checks.clients.facts import Facts, Verdict
from newsletter.checks.clients.harmless import HARMLESS

WORD = "outlook.windows"


@dataclass(frozen=True, slots=True)
class Row:
    """One feature that a mail uses.

    Attributes:
        use: the first use that counts.
        verdicts: client -> whether it works there.
        tested: the day of the last test.
        lost: clients in which readers lose it: it does not work, and they would meet it.
        harmless: why that costs them nothing; empty when it costs them something.
    """

    use: Use
    verdicts: Mapping[str, Verdict]
    tested: date
    lost: tuple[str, ...]
    harmless: str = ""


def rows(uses: Uses, known: Facts, clients: Mapping[str, float]) -> tuple[Row, ...]:
    """A row for each feature in use, by slug."""
    return tuple(_row(known, uses, slug, tuple(clients)) for slug in sorted(uses))


def _row(known: Facts, uses: Uses, slug: str, clients: tuple[str, ...]) -> Row:
    lost = {client: use for client in clients for use in _losing(known, uses[slug], client)}
    return Row(
        use=next(iter(lost.values()), uses[slug][0]),
        verdicts={client: known.verdict(slug, client) for client in clients},
        tested=known.tested(slug),
        lost=tuple(lost),
        harmless=HARMLESS.get(slug, ""),
    )


def _losing(known: Facts, uses: tuple[Use, ...], client: str) -> Iterator[Use]:
    """The first use that a client meets and can not show, if any.

    A client that ignores the at-rule around it never meets it; Word does not meet what stands
    in `<!--[if !mso]><!-->`.
    """
    for use in uses:
        if known.verdict(use.slug, client) is not Verdict.NO:
            return
        meets = all(known.verdict(each, client) is not Verdict.NO for each in use.conditions)
        if meets and not (use.beside_word and client == WORD):
            yield use
            return
