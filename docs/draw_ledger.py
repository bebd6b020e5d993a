"""Write the pictures and tables of docs/ledger.md anew from the transition tables.

    python docs/draw_ledger.py

Everything between two `drawn` marks comes from `newsletter/model/ledger.py`; a test fails when
the page and the tables differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newsletter.model.ledger import (
    BATCH_STEPS,
    DELIVERY_STEPS,
    DISPATCH_STEPS,
    WAVE_STEPS,
    Steps,
)

PAGE = Path(__file__).parent / "ledger.md"
TABLES: tuple[Steps[Any], ...] = (DISPATCH_STEPS, WAVE_STEPS, BATCH_STEPS, DELIVERY_STEPS)

_FIRST = {
    "Dispatch": ("scheduled",),
    "Wave": ("waiting",),
    "Batch": ("ready",),
    "Delivery": ("queued", "excluded"),
}
# Where it rests unless a person or evidence moves it on.
_LAST = {
    "Dispatch": ("sent", "cancelled"),
    "Wave": ("done", "cancelled"),
    "Batch": ("accepted", "rejected", "unknown", "split", "cancelled"),
    "Delivery": ("accepted", "rejected", "unknown", "excluded"),
}


def drawn(page: str) -> str:
    """The page with what stands between its marks drawn anew."""
    for table in TABLES:
        begin, end = f"<!-- drawn: {table.noun} -->", "<!-- end -->"
        between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not between.search(page):
            raise SystemExit(f"docs/ledger.md has no place for {table.noun}: write {begin}{end}.")
        text = f"{begin}\n{_picture(table)}\n\n{_lines(table)}\n{end}"
        page = between.sub(text.replace("\\", r"\\"), page)
    return page


def _picture(table: Steps[Any]) -> str:
    """A mermaid state diagram."""
    arrows = [
        *(f"    [*] --> {state}" for state in _FIRST[table.noun]),
        *(f"    {step.source} --> {step.target}" for step in table),
        *(f"    {state} --> [*]" for state in _LAST[table.noun]),
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])


def _lines(table: Steps[Any]) -> str:
    """One line a step, with its note."""
    return _rows([("from", "to", "when"), ("---", "---", "---")]) + _rows(
        (step.source, step.target, step.note) for step in table
    )


def _rows(rows: Iterable[tuple[str, str, str]]) -> str:
    return "".join(f"| {' | '.join(row).rstrip()} |\n" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
