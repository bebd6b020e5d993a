"""`check`: what stands against issues, file by file; and what they weigh, and whom they strain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from newsletter.bootstrap import App
from newsletter.cli.findings import tell_findings, tell_unchecked
from newsletter.cli.inquiring import asking
from newsletter.cli.looking import tell_clients, tell_transcript
from newsletter.cli.output import emit, people, plain, sized
from newsletter.cli.weights import tell_readers, tell_weight
from newsletter.content import issue_files
from newsletter.errors import ContentError, Problem
from newsletter.model.finding import Finding, Severity, Unchecked
from newsletter.publishing import (
    Asked,
    Composition,
    check_mails,
    checked_row,
    is_blocking,
    readers_row,
    unchecked_row,
    weigh,
    weight_row,
)

_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class _Checked:
    """All that was composed, and what stands against the program's own mails."""

    compositions: tuple[Composition, ...]
    mails: tuple[Finding, ...]
    asked: tuple[Asked, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        of_issues = (found for each in self.compositions for found in each.findings)
        return (*of_issues, *self.mails)

    @property
    def unchecked(self) -> tuple[Unchecked, ...]:
        return tuple(dict.fromkeys(one for each in self.compositions for one in each.unchecked))


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("check")(check_issues)


def check_issues(
    context: typer.Context,
    issues: Annotated[
        list[str] | None, typer.Argument(help="Paths, slugs or numbers; none means all.")
    ] = None,
    severity: Annotated[
        Severity, typer.Option(help="Show only what is at least so grave.")
    ] = Severity.INFO,
    network: Annotated[bool, typer.Option(help="Follow links and ask DNS, too.")] = False,
    readers: Annotated[
        bool, typer.Option(help="Look through the list, too, and show the strangest ten readers.")
    ] = False,
    weight: Annotated[
        bool, typer.Option("--bytes", help="Show what each snippet weighs, too.")
    ] = False,
    clients: Annotated[
        bool, typer.Option(help="Show instead which mail client shows what of it.")
    ] = False,
    transcript: Annotated[
        bool, typer.Option(help="Show instead what a screen reader says of it.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
) -> None:
    """Say what is wrong with issues; exit 1 when something blocks approval."""
    app: App = context.obj()
    refs = issues or [str(path) for path in issue_files(app.site)]
    if clients or transcript:
        look = tell_clients if clients else tell_transcript
        look(app, refs, json)
        return
    done = _check(app, refs, network=network, readers=readers, mails=not issues)
    shown = [one for one in done.findings if _GRAVITY[one.severity] <= _GRAVITY[severity]]
    _tell(done, shown, weight=weight, readers=readers, json=json)
    if json:
        emit(_document(done, shown, weight=weight, readers=readers))
    raise typer.Exit(1 if any(is_blocking(one) for one in done.findings) else 0)


def _check(app: App, refs: Sequence[str], *, network: bool, readers: bool, mails: bool) -> _Checked:
    compositions: list[Composition] = []
    unreadable: list[Problem] = []
    with asking(app, network=network, readers=readers) as ask:
        for ref in refs:
            try:
                compositions.append(app.compose(ref, ask))
            except ContentError as problem:
                unreadable.extend(problem.problems)
    if unreadable:
        raise ContentError(dict.fromkeys(unreadable))
    of_mails = check_mails(app.site, app.evidence) if mails else ()
    return _Checked(tuple(compositions), of_mails, tuple(ask.told))


def _tell(
    done: _Checked, shown: Sequence[Finding], *, weight: bool, readers: bool, json: bool
) -> None:
    console = people(json)
    for composition in done.compositions:
        plain(console, _headline(composition), "bold")
        if weight:
            tell_weight(console, weigh(composition))
    tell_findings(console, shown)
    if readers:
        tell_readers(console, done.asked)
    tell_unchecked(console, done.unchecked)
    if not shown:
        plain(console, "Nothing stands against it.", "green")


def _headline(composition: Composition) -> str:
    issue, made = composition.issue, composition.renditions.renditions
    largest = max(len(one.html.encode()) for one in made)
    errors, every = len(composition.errors), len(composition.findings)
    return (
        f"{issue.number}  {issue.subject.plain()}  ({len(made)} variants, {sized(largest)}, "
        f"{errors} errors, {every - errors} other findings)"
    )


def _document(
    done: _Checked, shown: Iterable[Finding], *, weight: bool, readers: bool
) -> list[dict[str, Any]] | dict[str, Any]:
    """As `docs/check.schema.json` says: a list, or an object when more was asked for."""
    rows = [checked_row(one) for one in shown] + [unchecked_row(one) for one in done.unchecked]
    if not (weight or readers):
        return rows
    told: dict[str, Any] = {"findings": rows}
    if weight:
        told["bytes"] = [weight_row(weigh(each)) for each in done.compositions]
    if readers:
        told["readers"] = [readers_row(each) for each in done.asked]
    return told
