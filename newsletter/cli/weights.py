"""What a letter weighs, and whom it strains, as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsletter.checks import CLIP_BYTES
from newsletter.cli.output import plain, sized
from newsletter.publishing import Asked, Weight


def tell_weight(console: Console, weight: Weight) -> None:
    """A row for each section of the fullest variant, the heaviest first."""
    table = Table("snippet", "weighs", "links", box=None, header_style="dim")
    for row in sorted(weight.sections, key=lambda each: -each.bytes):
        table.add_row(Text(row.key), sized(row.bytes), str(row.links))
    table.add_row(Text("frame"), sized(weight.frame), str(weight.frame_links))
    table.add_row(Text("whole, as sent"), sized(weight.sent), str(weight.links), style="bold")
    console.print(table)
    if weight.cut is not None:
        plain(console, f"Gmail cuts it at {sized(CLIP_BYTES)}, in {weight.cut}.", "red")


def tell_readers(console: Console, asked: Iterable[Asked]) -> None:
    """The strangest readers of each issue, and how many were looked at."""
    for one in asked:
        plain(
            console, f"{one.slug}: {one.readers:,} readers looked at, {one.empty:,} without name."
        )
        for reader in one.strangest:
            values = ", ".join(f"{name}: {value!r}" for name, value in reader.values.items())
            plain(console, f"  reader {reader.id}  {', '.join(reader.why)}  {values}")
