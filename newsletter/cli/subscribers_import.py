"""`subscribers import`: bring a list in, after showing what that would come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from newsletter.lists import DateOrder, Kind, ListPlan
from newsletter.subscribing.importing import Import, Tally
from newsletter.subscribing.list_files import BadRows, bring_lists, plan_lists, try_lists

_MOST_SHOWN = 10  # bad rows on the screen; JSON has ten times as many, the files have all


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
    plans = plan_lists(file, rules, dict(pair(text) for text in mapping or []), kind)
    for plan in plans:
        _show_plan(console, plan)
    lists = Import(plans, rules, consent.strip())
    with opened(app) as store:
        reception = app.reception(store)
        ask = may_ask(yes=yes, json=json)
        if dry_run or ask:
            with Bars(console, lists, "Reading") as bars:
                tally, bad = try_lists(reception, replace(lists, told=bars.told))
            _tell(console, tally, bad, would=True)
        if ask and not dry_run and not says_yes("Bring them in?"):
            leave()
        if not dry_run:
            with Bars(console, lists, "Bringing in") as bars:
                tally, bad = bring_lists(reception, replace(lists, told=bars.told), app.rejected)
            _tell(console, tally, bad, would=False)
    if json:
        emit(_document(tally, bad, plans, dry_run=dry_run))
    raise typer.Exit(1 if tally.rejected else 0)


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


def _tell(console: Console, tally: Tally, bad: BadRows, *, would: bool) -> None:
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
    for path in bad.paths:
        plain(console, f"Bad rows are in {path}; mend them there and bring that file in.")


def _document(
    tally: Tally, bad: BadRows, plans: Sequence[ListPlan], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "imported": tally.imported,
        "updated": tally.updated,
        "suppressed": tally.suppressed,
        "rejected": tally.rejected,
        "waiting": tally.waiting,
        "repeated": tally.repeated,
        "unknown_zones": tally.unknown_zones,
        "rejected_file": str(bad.paths[0]) if bad.paths else None,
        "rejected_files": [str(path) for path in bad.paths],
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
