"""One made-up issue: its page in the terminal, and its rows for a spreadsheet."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from newsletter.cli.report_page import page_of_report
from newsletter.feedback.numbers import Report
from newsletter.feedback.report import report_of
from newsletter.feedback.report_record import CSV_HEADER, report_lines
from newsletter.lists.writing import csv_text
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store import Store, open_store
from tests.made_up import NINE, Kind, MadeUp

HERE = Path(__file__).parent / "report"
LINKS = {
    "https://e.test/collagen": ("skin/collagen", "How tiny channels wake up collagen"),
    "https://e.test/a-very-long-address-of-a-page-that-nobody-would-type": (
        "skin/long",
        "Aftercare",
    ),
    "https://e.test/book?for=*": ("cta-3", "=Book('now')"),
}


@pytest.fixture
def store() -> Iterator[Store]:
    """A database in memory."""
    opened = open_store("sqlite://", secret_fingerprint="0123456789abcdef")
    yield opened
    opened.close()


@pytest.fixture
def report(store: Store) -> Report:
    """The fourth issue of a site, two days old."""
    made_up = MadeUp(store)
    for number in (1, 2, 3, 4):
        begun = NINE + timedelta(days=7 * number)
        made_up.issue(number, list(_kinds()), links=LINKS, start=begun, base=10_000 * number)
        _engage(made_up, number)
    for delivery_id in (40_001, 40_002):
        made_up.told(EventKind.COMPLAINED, delivery_id)
    for reader in range(3):
        made_up.left(reader, 40_100 + reader)
    with store.read() as connection:
        return report_of(connection, 4, NINE + timedelta(days=30))


def _kinds() -> Iterator[Kind]:
    yield Kind(1_204, feedback=Feedback.DELIVERED)
    yield Kind(24, feedback=Feedback.BOUNCED)
    yield Kind(70, feedback=Feedback.DEFERRED)
    yield Kind(2, DeliveryOutcome.UNKNOWN)
    yield Kind(10, DeliveryOutcome.REJECTED)
    yield Kind(7, DeliveryOutcome.EXCLUDED, reason=ExclusionReason.NOTHING_CHOSEN)
    yield Kind(3, DeliveryOutcome.EXCLUDED, reason=ExclusionReason.SUPPRESSED)


def _engage(made_up: MadeUp, number: int) -> None:
    """Opens that ebb away, a few machines, a scanner, and clicks that favour one section."""
    for at in range(90):
        made_up.opened(number, at, 240 * at * (1 + at // 12), machine=at % 5 == 0)
    for at, url in ((at, url) for at in range(0, 30, 3) for url in LINKS):
        if _follows(at, url):
            made_up.clicked(number, at + 1, 900 * at + 60, url)
    for at, url in enumerate(LINKS):
        made_up.clicked(number, 200, 30 + at, url)


def _follows(at: int, url: str) -> bool:
    """Every reader follows the first link, every second the next, every third the last."""
    return at // 3 % (list(LINKS).index(url) + 1) == 0


def test_the_page_is_what_it_was(report: Report) -> None:
    """It fits 80 columns and one printed page, and says what a person last saw and liked."""
    file = io.StringIO()
    console = Console(file=file, width=80, highlight=False, soft_wrap=True)
    console.print(page_of_report(report, "Europe/Berlin"))
    page = "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())
    lines = page.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 56
    _compare(HERE / "page.txt", page)


def test_the_rows_are_what_they_were(report: Report) -> None:
    """One row a number, a section and a link; no cell is run by a spreadsheet."""
    _compare(HERE / "rows.csv", csv_text(CSV_HEADER, report_lines(report)).replace("\r\n", "\n"))


def _compare(expected: Path, actual: str) -> None:
    if os.environ.get("BLESS"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(actual, encoding="utf-8", newline="\n")
    assert actual == expected.read_text(encoding="utf-8"), "see the diff after `make bless`"
