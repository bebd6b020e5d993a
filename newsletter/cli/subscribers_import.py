"""`subscribers import`: bring a list in, after showing what that would come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.asking import Json, Yes, leave, may_ask, says_yes
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain, warn
from newsletter.cli.subscribers_progress import Bars
from newsletter.cli.subscribers_rules import Consent, pair, rules_of
from newsletter.lists import (
    BadRow,
    DateOrder,
    Kind,
    ListPlan,
    ListRules,
    Rejected,
    find_sources,
    look_at,
)
from newsletter.subscribing import Reception
from newsletter.subscribing.importing import Import, Tally, foresee, import_lists

_MOST_SHOWN = 10  # bad rows on the screen, and reasons in JSON times ten; all are in the file
_MOST_REASONS = 100


@dataclass(slots=True)
class _Bad:
    """The first bad rows, for the screen; and all of them into files.

    Attributes:
        files: by the list's name; None keeps none.
    """

    files: Mapping[str, Rejected] | None = None
    first: list[tuple[str, BadRow]] = field(default_factory=list)

    def __call__(self, plan: ListPlan, row: BadRow) -> None:
        if len(self.first) < _MOST_REASONS:
            self.first.append((plan.source.name, row))
        if self.files is not None:
            self.files[plan.source.name].add(row)


def import_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or Mailchimp's ZIP.")],
    kind: Annotated[
        Kind | None,
        typer.Option("--as", metavar="STATUS", help="subscribed, unsubscribed, cleaned ..."),
    ] = None,
    consent: Consent = "",
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADER=FIELD", help="What a column is; repeatable."),
    ] = None,
    dates: Annotated[
        DateOrder | None, typer.Option(help="How to read 03/04/2021: day-first or month-first.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Bring a list in; bad rows go to var/rejected/, with the reason.

    On a terminal it first says what would happen and asks. Nobody who said no is mailed again.
    Without proof of a yes new readers wait, unmailed: see confirm-waiting.
    """
    app: App = context.obj()
    console = people(json)
    rules = rules_of(app, dates)
    plans = _plans(file, rules, dict(pair(text) for text in mapping or []), kind)
    for plan in plans:
        _show_plan(console, plan)
    lists = Import(plans, rules, consent.strip())
    with opened(app) as store:
        reception = app.reception(store)
        ask = may_ask(yes=yes, json=json)
        bad, files = _Bad(), list[Path]()
        if dry_run or ask:
            tally = _dry(console, reception, replace(lists, on_bad=bad))
            _tell(console, tally, bad, files, would=True)
        if ask and not dry_run and not says_yes("Bring them in?"):
            leave()
        if not dry_run:
            bad = _Bad()
            tally = _bring(console, reception, lists, bad, files, app.rejected)
            _tell(console, tally, bad, files, would=False)
    if json:
        emit(_document(tally, bad, files, plans, dry_run=dry_run))
    raise typer.Exit(1 if tally.rejected else 0)


def _plans(
    file: Path, rules: ListRules, chosen: Mapping[str, str], kind: Kind | None
) -> tuple[ListPlan, ...]:
    return tuple(look_at(source, rules, chosen, kind) for source in find_sources(file))


def _dry(console: Console, reception: Reception, lists: Import) -> Tally:
    with Bars(console, lists, "Reading") as bars:
        return foresee(reception, replace(lists, told=bars))


def _bring(
    console: Console,
    reception: Reception,
    lists: Import,
    bad: _Bad,
    files: list[Path],
    folder: Path,
) -> Tally:
    with ExitStack() as stack:
        rejected = {
            plan.source.name: stack.enter_context(Rejected(folder, plan)) for plan in lists.plans
        }
        bad.files = rejected
        with Bars(console, lists, "Bringing in") as bars:
            tally = import_lists(reception, replace(lists, on_bad=bad, told=bars))
    files += [each.path for each in rejected.values() if each.path is not None]
    return tally


def _show_plan(console: Console, plan: ListPlan) -> None:
    columns = plan.columns
    of = f", an export of {columns.program}" if columns.program else ""
    plain(
        console,
        f"{plan.source.name}: {plan.kind}{of}; {plan.encoding.name}, "
        f"separated by {plan.separated_by}",
    )
    if not columns.named:
        plain(console, "  the first line is a reader, so columns are counted")
    for name, means in columns.mapping().items():
        plain(console, f"  {name} -> {means}")
    if columns.ignored():
        warn(console, f"These columns mean nothing here: {', '.join(columns.ignored())}.")


def _tell(console: Console, tally: Tally, bad: _Bad, files: Sequence[Path], *, would: bool) -> None:
    be = "would be " if would else ""
    plain(
        console,
        f"{tally.imported:,} {be}imported, {tally.updated:,} {be}updated, "
        f"{tally.suppressed:,} {'would ' if would else ''}stay unmailed, "
        f"{tally.rejected:,} {be}rejected.",
    )
    if tally.waiting:
        warn(
            console,
            f"{tally.waiting:,} of the new ones come without proof of a yes and wait, unmailed. "
            "Give it with --consent, or ask them: newsletter subscribers confirm-waiting",
        )
    if tally.unknown_zones:
        warn(console, f"{tally.unknown_zones:,} have a time zone nobody knows: the site's counts.")
    for name, row in bad.first[:_MOST_SHOWN]:
        plain(console, f"{name}:{row.line}: {row.reason}", "red")
    for path in files:
        plain(console, f"Bad rows are in {path}; mend them there and bring that file in.")


def _document(
    tally: Tally, bad: _Bad, files: Sequence[Path], plans: Sequence[ListPlan], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "imported": tally.imported,
        "updated": tally.updated,
        "suppressed": tally.suppressed,
        "rejected": tally.rejected,
        "waiting": tally.waiting,
        "repeated": tally.repeated,
        "unknown_zones": tally.unknown_zones,
        "rejected_file": str(files[0]) if files else None,
        "rejected_files": [str(path) for path in files],
        "reasons": [
            {"file": name, "line": row.line, "reason": row.reason} for name, row in bad.first
        ],
        "lists": [
            {
                "name": plan.source.name,
                "kind": plan.kind.value,
                "encoding": plan.encoding.name,
                "delimiter": plan.delimiter,
                "mapping": plan.columns.mapping(),
                "ignored": list(plan.columns.ignored()),
            }
            for plan in plans
        ],
        "dry_run": dry_run,
    }
