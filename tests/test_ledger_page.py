"""The page that is made from the transition tables must not be older than they are."""

from __future__ import annotations

from tests.drawings import DOCS, drawing


def test_the_ledgers_page_is_drawn_from_its_tables() -> None:
    """docs/ledger.md shows exactly the steps of the transition tables."""
    page = (DOCS / "ledger.md").read_text("utf-8")

    assert drawing("draw_ledger").drawn(page) == page, "run: python docs/draw_ledger.py"


def test_a_page_that_is_older_than_the_tables_is_noticed() -> None:
    """A step that was taken out of the page comes back when it is drawn."""
    page = (DOCS / "ledger.md").read_text("utf-8")
    older = page.replace("    sent --> sending\n", "")

    assert older != page
    assert drawing("draw_ledger").drawn(older) == page
