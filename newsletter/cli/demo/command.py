"""`newsletter demo`: say what happens, and keep serving what came of it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from newsletter.cli.demo.run import Performance, perform
from newsletter.cli.demo.stage import Stage, set_stage
from newsletter.cli.logs import log_quietly
from newsletter.cli.output import emit, finding_line, people, sized
from newsletter.cli.rehearsing import PREVIEW_PORT, SANDBOX_PORT, Port
from newsletter.config import find_site, starter_folder
from newsletter.errors import NotFound
from newsletter.model.ledger import DeliveryOutcome

READERS = 1_000


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("demo")(demo)


def demo(
    context: typer.Context,
    issue: Annotated[str | None, typer.Argument(help="Path, slug or number.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Exit when all is sent.")] = False,
    port: Annotated[int, Port] = PREVIEW_PORT,
    sandbox_port: Annotated[int, Port] = SANDBOX_PORT,
    readers: Annotated[int, typer.Option(help="Sample readers.", min=1, max=1_000_000)] = READERS,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Send a real issue to sample readers in a local sandbox, and show their mails."""
    log_quietly()
    console = people(json)
    root = _site(context.meta["site"])
    with set_stage(root, os.environ, (port, sandbox_port)) as stage:
        done = _perform(console, stage, issue, readers)
        urls = _urls(stage, done)
        _summarise(console, done, urls)
        if json:
            emit(_document(done, urls))
        if not once:
            console.print("\nServing until Ctrl-C.")
            threading.Event().wait()
    raise typer.Exit(0 if done.is_complete else 1)


def _site(chosen: Path | None) -> Path:
    """The site found from here; outside of any, the starter, which needs no site."""
    try:
        return find_site(Path.cwd(), os.environ, chosen)
    except NotFound:
        if chosen is not None:
            raise
        return starter_folder()


def _perform(console: Console, stage: Stage, issue: str | None, readers: int) -> Performance:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Sending", total=readers)
        return perform(
            stage,
            issue,
            readers,
            lambda status: progress.update(
                task, completed=status.frozen - status.count(DeliveryOutcome.QUEUED)
            ),
        )


def _summarise(console: Console, done: Performance, urls: dict[str, str]) -> None:
    composition, status = done.composition, done.status
    variants = len(composition.renditions.renditions)
    table = Table.grid(padding=(0, 2))
    table.add_row("Issue", f"{composition.issue.number}  {composition.issue.subject.plain()}")
    table.add_row("Composed", f"{variants} variants, the largest {sized(done.html_bytes)} of HTML")
    table.add_row(
        "Findings", f"{len(composition.errors)} errors, {len(composition.findings)} in all"
    )
    for found in composition.findings:
        table.add_row("", finding_line(found))
    table.add_row("Sent", f"{status.count(DeliveryOutcome.ACCEPTED):,} accepted")
    for outcome in (DeliveryOutcome.REJECTED, DeliveryOutcome.UNKNOWN, DeliveryOutcome.EXCLUDED):
        if count := status.count(outcome):
            table.add_row("", f"{count:,} {outcome.value}")
    table.add_row("Took", f"{done.seconds:.2f} seconds")
    for name, url in urls.items():
        table.add_row(name.capitalize(), url)
    console.print(table)


def _urls(stage: Stage, done: Performance) -> dict[str, str]:
    return {
        "inbox": stage.sandbox.url,
        "preview": f"{stage.pages.url}/issues/{done.composition.issue.slug}",
    }


def _document(done: Performance, urls: dict[str, str]) -> dict[str, Any]:
    status = done.status
    return {
        "issue": done.composition.issue.number,
        "accepted": status.count(DeliveryOutcome.ACCEPTED),
        "rejected": status.count(DeliveryOutcome.REJECTED),
        "excluded": status.count(DeliveryOutcome.EXCLUDED),
        "unknown": status.count(DeliveryOutcome.UNKNOWN),
        "seconds": round(done.seconds, 3),
        "html_bytes": done.html_bytes,
        "findings": len(done.composition.findings),
        "urls": urls,
    }
