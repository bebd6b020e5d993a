"""`new`, `build`: from a file to what readers would get."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.output import emit, finding_line, people, sized
from newsletter.content import write_new_issue
from newsletter.errors import UsageError
from newsletter.publishing import build, sample_reader

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def register(program: typer.Typer) -> None:
    """Add these commands."""
    program.command("new")(new)
    program.command("build")(build_issue)


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


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f'"{text}" is not NAME=VALUE, such as first_name=Ada.')
    return name.strip(), value
