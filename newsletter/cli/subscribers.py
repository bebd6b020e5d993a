"""`subscribers import` and `add`: bring readers in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain, warn
from newsletter.errors import UsageError
from newsletter.lists import BadRow, ListedReader, ListRules, read_list, read_row, write_rejected
from newsletter.model.consent import Channel, FormEvidence, SuppressionReason
from newsletter.store.bulk import known_among
from newsletter.store.subscribers import NewReader
from newsletter.subscribing import (
    BroughtIn,
    No,
    Reception,
    Refusal,
    Yes,
    bring_in,
    normalise,
    refusals,
    take_noes,
)
from newsletter.subscribing.bringing_in import chunks

_MOST_SHOWN = 10  # bad rows on the screen; all are in the file
Consent = Annotated[
    str, typer.Option(metavar="TEXT", help="The words they agreed to, and where; kept as proof.")
]


class Kind(StrEnum):
    """What a list is a list of."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    CLEANED = "cleaned"
    SUPPRESSED = "suppressed"


_SUPPRESSED_FOR = {
    Kind.UNSUBSCRIBED: None,
    Kind.CLEANED: SuppressionReason.BOUNCE,
    Kind.SUPPRESSED: SuppressionReason.COMPLAINT,
}


@dataclass(slots=True)
class _Sorted:
    """Rows of a list as they come; the bad ones are kept aside.

    Attributes:
        file: for the notes.
        good: how many.
    """

    file: Path
    rows: Iterator[ListedReader | BadRow]
    consent: str
    bad: list[BadRow] = field(default_factory=list)
    good: int = 0

    def readers(self) -> Iterator[ListedReader]:
        """The good rows, one at a time."""
        for row in self.rows:
            if isinstance(row, BadRow):
                self.bad.append(row)
                continue
            self.good += 1
            yield row

    def yeses(self) -> Iterator[Yes]:
        """The good rows as readers who said yes."""
        evidence = FormEvidence(form="import" if self.consent else "", wording=self.consent)
        for row in self.readers():
            yield Yes(_reader(row), evidence, note=self.file.name)

    def noes(self, kind: Kind) -> Iterator[No]:
        """The good rows as addresses not to be mailed."""
        for row in self.readers():
            yield No(row.email, _SUPPRESSED_FOR[kind], self.file.name)


def register(program: typer.Typer) -> None:
    """Add this group."""
    group = typer.Typer(no_args_is_help=True, help="Bring readers in.", rich_markup_mode=None)
    group.command("import")(import_list)
    group.command("add")(add)
    program.add_typer(group, name="subscribers")


def import_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="With a column `email`.")],
    kind: Annotated[
        Kind, typer.Option("--as", metavar="STATUS", help="What the list is a list of.")
    ] = Kind.SUBSCRIBED,
    consent: Consent = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    json: Json = False,
) -> None:
    """Bring a list in; bad rows go to FILE.rejected.csv, with the reason.

    Nobody who said no is mailed again. Without --consent new readers wait, unmailed, until they
    confirm.
    """
    app: App = context.obj()
    console = people(json)
    listed = read_list(file, _rules(app))
    if listed.ignored:
        warn(console, f"These columns mean nothing here: {', '.join(listed.ignored)}.")
    rows = _Sorted(file, listed.rows, consent.strip())
    with opened(app) as store:
        done = _bring(app.reception(store), rows, kind, dry_run=dry_run)
    rejected = file.with_suffix(".rejected.csv")
    if rows.bad and not dry_run:
        write_rejected(rejected, listed.header, rows.bad)
    _tell(console, done, rows, rejected, kind, dry_run=dry_run)
    if json:
        emit(
            {
                "imported": done.imported,
                "updated": done.updated,
                "suppressed": len(done.refused),
                "rejected": len(rows.bad),
                "rejected_file": str(rejected) if rows.bad and not dry_run else None,
                "reasons": [{"line": each.line, "reason": each.reason} for each in rows.bad],
                "dry_run": dry_run,
            }
        )
    raise typer.Exit(1 if rows.bad else 0)


def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Whom.")],
    first_name: Annotated[str, typer.Option()] = "",
    interests: Annotated[str, typer.Option(help="Such as tips,news; none means all.")] = "",
    tags: Annotated[str, typer.Option(help="Such as vip,2026.")] = "",
    zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "",
    value: Annotated[
        list[str] | None, typer.Option(help="An attribute: clinic=berlin; repeatable.")
    ] = None,
    consent: Consent = "",
    json: Json = False,
) -> None:
    """Bring one reader in; without --consent they wait until they confirm."""
    app: App = context.obj()
    cells = {"email": address, "first_name": first_name, "interests": interests, "tags": tags}
    cells |= {"zone": zone, **dict(_pair(text) for text in value or [])}
    row = read_row(cells, _rules(app))
    evidence = FormEvidence(form="admin" if consent else "", wording=consent.strip())
    with opened(app) as store:
        yes = Yes(_reader(row), evidence, note="added by hand")
        done = bring_in(app.reception(store), [yes], Channel.ADMIN)
    if refused := done.refused.get(row.email):
        raise UsageError(f"{row.email} is {refused} and stays so. Only they can come back.")
    waits = "" if consent else ", and waits until they confirm"
    plain(people(json), f"{row.email} is {'in' if done.imported else 'updated'}{waits}.")
    if json:
        emit({"imported": done.imported, "updated": done.updated, "suppressed": 0, "rejected": 0})


def _rules(app: App) -> ListRules:
    site = app.site
    return ListRules(site.attributes, [each.slug for each in site.interests], normalise)


def _reader(row: ListedReader) -> NewReader:
    return NewReader(
        email=row.email,
        first_name=row.first_name,
        attributes=row.attributes,
        tags=row.tags,
        interests=row.interests,
        zone=row.zone,
    )


def _bring(reception: Reception, rows: _Sorted, kind: Kind, *, dry_run: bool) -> BroughtIn:
    if dry_run:
        return _foresee(reception, rows)
    if kind is Kind.SUBSCRIBED:
        return bring_in(reception, rows.yeses())
    return BroughtIn(imported=take_noes(reception, rows.noes(kind)))


def _foresee(reception: Reception, rows: _Sorted) -> BroughtIn:
    """What would become of them; nothing is written."""
    seen: set[str] = set()
    known = 0
    refused: dict[str, Refusal] = {}
    for chunk in chunks(row.email for row in rows.readers()):
        news = sorted(set(chunk) - seen)
        seen.update(news)
        refused |= refusals(reception, news)
        with reception.store.read() as connection:
            known += len(known_among(connection, news).keys() - refused.keys())
    return BroughtIn(len(seen) - known - len(refused), known, refused)


def _tell(
    console: Console, done: BroughtIn, rows: _Sorted, rejected: Path, kind: Kind, *, dry_run: bool
) -> None:
    would = "would be " if dry_run else ""
    if kind is Kind.SUBSCRIBED:
        plain(
            console,
            f"{done.imported:,} {would}imported, {done.updated:,} {would}updated, "
            f"{len(done.refused):,} said no or bounced before and stay out.",
        )
        if done.imported and not rows.consent:
            warn(console, "Without --consent new readers wait, unmailed, until they confirm.")
    else:
        plain(console, f"{done.imported:,} addresses {would}kept as {kind.value}.")
    for each in rows.bad[:_MOST_SHOWN]:
        plain(console, f"{rows.file}:{each.line}: {each.reason}", "red")
    if rows.bad:
        where = f"; they are in {rejected}" if not dry_run else ""
        plain(console, f"{len(rows.bad):,} of {rows.good + len(rows.bad):,} rows rejected{where}.")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f'"{text}" is not NAME=VALUE.')
    return name.strip(), value.strip()
