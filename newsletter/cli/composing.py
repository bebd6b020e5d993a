"""`new`, `build`, `check`: from a file to what readers would get."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.looking import tell_clients, tell_transcript
from newsletter.cli.output import emit, finding_line, people, sized
from newsletter.content import issue_files, write_new_issue
from newsletter.errors import ContentError, Problem, UsageError
from newsletter.model.finding import Finding, Severity
from newsletter.publishing import Composition, build, check_mails, finding_row, sample_reader

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def register(program: typer.Typer) -> None:
    """Add these commands."""
    program.command("new")(new)
    program.command("build")(build_issue)
    program.command("check")(check_issues)


def new(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Names the file: 2026-12-01-why-it-works.")],
) -> None:
    """Begin an issue: a new file with the next free number."""
    app: App = context.obj()
    path = write_new_issue(app.site, slug)
    people(json=False).print(f"Wrote {path.relative_to(app.site.root)}. Look: newsletter preview")


def build_issue(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(help="Path, slug or number.")],
    out: Annotated[Path, typer.Option(help="Folder to write; an earlier build is replaced.")],
    value: Annotated[
        list[str] | None, typer.Option(help="A reader's value: first_name=Ada; repeatable.")
    ] = None,
    json: Json = False,
) -> None:
    """Write an issue's final files and manifest.json."""
    app: App = context.obj()
    reader = sample_reader(app.site, dict(_pair(text) for text in value or []))
    composition = app.compose(issue)
    manifest = build(composition, out, reader)
    console = people(json)
    for found in composition.findings:
        console.print(finding_line(found))
    made = manifest["renditions"]
    largest = max(row["html_bytes"] for row in made)
    console.print(f"Wrote {len(made)} variants to {out} (largest {sized(largest)}).")
    if json:
        emit(manifest)
    raise typer.Exit(1 if composition.errors else 0)


def check_issues(
    context: typer.Context,
    issues: Annotated[
        list[str] | None, typer.Argument(help="Paths, slugs or numbers; none means all.")
    ] = None,
    clients: Annotated[
        bool, typer.Option(help="Show instead which mail client shows what of it.")
    ] = False,
    transcript: Annotated[
        bool, typer.Option(help="Show instead what a screen reader says of it.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what is wrong with issues; exit 1 when something blocks approval."""
    app: App = context.obj()
    if clients or transcript:
        look = tell_clients if clients else tell_transcript
        look(app, issues or [str(path) for path in issue_files(app.site)], json)
        return
    console = people(json)
    found: list[Finding] = []
    unreadable: list[Problem] = []
    for ref in issues or [str(path) for path in issue_files(app.site)]:
        try:
            composition = app.compose(ref)
        except ContentError as problem:
            unreadable.extend(problem.problems)
            continue
        found.extend(composition.findings)
        _tell(composition, json)
    if not issues:
        found.extend(_tell_mails(app, json))
    if json and not unreadable:
        emit([finding_row(one) for one in found])
    if unreadable:
        raise ContentError(dict.fromkeys(unreadable))
    if not issues and not found:
        console.print("Nothing stands against any issue, or against the program's own mails.")
    raise typer.Exit(1 if any(one.severity is Severity.ERROR for one in found) else 0)


def _tell(composition: Composition, json: bool) -> None:
    console = people(json)
    issue = composition.issue
    largest = max(len(one.html.encode()) for one in composition.renditions.renditions)
    errors, all_found = len(composition.errors), len(composition.findings)
    console.print(
        f"{issue.number}  {issue.subject.plain()}  "
        f"({len(composition.renditions.renditions)} variants, {sized(largest)}, "
        f"{errors} errors, {all_found - errors} other findings)",
        style="bold",
    )
    for found in composition.findings:
        console.print(finding_line(found))


def _tell_mails(app: App, json: bool) -> tuple[Finding, ...]:
    found = check_mails(app.site, app.evidence)
    for one in found:
        people(json).print(finding_line(one))
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f'"{text}" is not NAME=VALUE, such as first_name=Ada.')
    return name.strip(), value
