"""`report`: every number about an issue, on one page, as JSON, or for a spreadsheet."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import IssueName, Json
from newsletter.cli.naming import find_number
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people
from newsletter.cli.report_page import page_of_report
from newsletter.errors import UsageError
from newsletter.feedback.report import report_of
from newsletter.feedback.report_record import CSV_HEADER, report_lines, report_record
from newsletter.lists.writing import csv_text


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("report")(report)


def report(
    context: typer.Context,
    issue: IssueName,
    json: Json = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="One line a number, for a spreadsheet.")
    ] = False,
) -> None:
    """Say what became of an issue, in numbers that can be trusted."""
    if json and as_csv:
        raise UsageError("Take one of them: --json or --csv.")
    app: App = context.obj()
    with opened(app) as store:
        number = find_number(app, store, issue)
        with store.read() as connection:
            counts = app.settings.feedback.engagement != "off"
            now = app.clock.now()
            found = report_of(connection, number, now, counts_engagement=counts)
    if json:
        emit(report_record(found))
    elif as_csv:
        sys.stdout.buffer.write(csv_text(CSV_HEADER, report_lines(found)).encode())
        sys.stdout.flush()
    else:
        people(json=False).print(page_of_report(found, app.site.dispatch.timezone))
