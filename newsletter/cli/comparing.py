"""`diff`: what readers would see change, between two issues or since the approval."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.output import emit, people, plain
from newsletter.content import load_issue
from newsletter.errors import NotFound
from newsletter.publishing.comparing import Comparison, Side, compare, comparison_row
from newsletter.rendering import render
from newsletter.store.approvals import latest_approval, load_renditions
from newsletter.store.archive import pictures_of

_SIGN = {"added": "+", "removed": "-", "moved": "~"}
_COLOUR = {"+": "green", "-": "red", "~": "yellow", "@": "cyan"}


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("diff")(diff)


def diff(
    context: typer.Context,
    before: Annotated[str, typer.Argument(help="Path, slug or number.")],
    after: Annotated[
        str, typer.Argument(help="Another; without one the first is compared with its approval.")
    ] = "",
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
) -> None:
    """Show what readers would see change."""
    app: App = context.obj()
    new = _as_written(app, after or before)
    old = _as_written(app, before) if after else _as_approved(app, before)
    found = compare(old, new)
    _tell(people(json), found)
    if json:
        emit(comparison_row(found))


def _as_written(app: App, ref: str) -> Side:
    made = render(load_issue(app.site, ref), app.site)
    pictures = {each.filename: each.source for each in made.pictures}
    return Side(made.issue.slug, made.renditions[0], pictures)


def _as_approved(app: App, ref: str) -> Side:
    issue = load_issue(app.site, ref)
    store = app.open_store()
    try:
        with store.read() as connection:
            approved = latest_approval(connection, issue.number)
            if approved is None:
                raise NotFound(
                    f"Issue {issue.number} was not approved yet; name a second issue: "
                    f"newsletter diff {issue.number} OTHER"
                )
            rendition = load_renditions(connection, approved.id)[0]
            frozen = pictures_of(connection, approved.id)
    finally:
        store.close()
    pictures = {each.filename: each.source for each in frozen}
    return Side(f"{issue.slug} as approved by {approved.by}", rendition, pictures)


def _tell(console: Console, found: Comparison) -> None:
    if found.same:
        plain(console, "Readers would see no change.", "green")
        return
    for name, pair in (("subject", found.subject), ("preheader", found.preheader)):
        if pair:
            plain(console, name, "bold")
            plain(console, f"- {pair[0]}", "red")
            plain(console, f"+ {pair[1]}", "green")
    for change in found.changes:
        sign = _SIGN[change.how]
        plain(console, f"{sign} {change.what} {change.name}", _COLOUR[sign])
    for line in found.text:
        plain(console, line, _COLOUR.get(line[:1], ""))
    if found.looks:
        plain(console, "Words, links and pictures are the same; only the look changes.", "yellow")
