"""The page that is made from the transition tables must not be older than they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

_DOCS = Path(__file__).parents[1] / "docs"


def _drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_ledger", _DOCS / "draw_ledger.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_ledgers_page_is_drawn_from_its_tables() -> None:
    """docs/ledger.md shows exactly the steps of the transition tables."""
    page = (_DOCS / "ledger.md").read_text("utf-8")

    assert _drawing().drawn(page) == page, "run: python docs/draw_ledger.py"


def test_a_page_that_is_older_than_the_tables_is_noticed() -> None:
    """A step that was taken out of the page comes back when it is drawn."""
    page = (_DOCS / "ledger.md").read_text("utf-8")
    older = page.replace("    sent --> sending\n", "")

    assert older != page
    assert _drawing().drawn(older) == page
