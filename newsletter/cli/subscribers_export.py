"""`subscribers export`: readers as a file that a spreadsheet opens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.lists import write_list
from newsletter.subscribing.exporting import Exported, export_header, export_rows


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Written, or replaced.")],
    status: Annotated[Exported | None, typer.Option(help="Only these readers.")] = None,
    json: Json = False,
) -> None:
    """Write readers into a CSV file; whole or not at all, and only its owner may read it.

    Cells that a spreadsheet would run begin with an apostrophe; `import` takes it away again.
    """
    app: App = context.obj()
    with opened(app) as store:
        rows = export_rows(store, app.site, status)
        count = write_list(file, export_header(app.site), rows)
    plain(people(json), f"{count:,} readers are in {file}.")
    if json:
        emit({"exported": count, "file": str(file)})
