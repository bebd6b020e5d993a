"""What checking the largest issue costs, without network: `python -m benchmarks check`.

Warm: templates are compiled and pictures are made. The best of several rounds counts, for the
machine may be busy. `--readers N` also looks through a list of that many.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import insert

from benchmarks.parts.timing import best
from newsletter.checks import RULES, Evidence, Specimen, specimens
from newsletter.config import load_settings
from newsletter.content import load_issue, load_issues
from newsletter.model.site import Site
from newsletter.publishing import Asking, compose
from newsletter.publishing.difficult import with_own_evidence
from newsletter.rendering import prepare_press, trace, trace_rendition
from newsletter.store import Store, open_store
from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status

ROOT = Path(__file__).parents[1]
AIM = 0.5
SLOWEST = 8
ROWS = 20_000
NAMES = ("Marianne", "Zoë", "Seán O'Neill", "山田", "שלומית", "", "Maria-Theresia von und zu Berg")


def main(argv: list[str]) -> None:
    """Measure and print.

    Args:
        argv: `--rounds N`, of which the best counts (default 5); `--site DIR`; `--readers N`.
    """
    parser = argparse.ArgumentParser(prog="benchmarks check", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--site", type=Path, default=ROOT)
    parser.add_argument("--readers", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    site = load_settings(options.site, dict(os.environ)).site
    slug = largest(site)
    check_table(site, slug, options.rounds)
    rule_table(site, slug, options.rounds)
    if options.readers:
        readers_table(site, slug, options.readers)


def largest(site: Site) -> str:
    """The slug of the issue whose fullest variant has the most bytes."""
    made = [prepare_press(issue, site) for issue in load_issues(site)]
    return max(made, key=lambda press: len(press.html(press.offered[0]))).issue.slug


def check_table(site: Site, slug: str, rounds: int) -> None:
    """The whole, and its parts."""
    press = prepare_press(load_issue(site, slug), site)
    whole = best(lambda: compose(site, slug, Evidence()), rounds)
    render = best(lambda: prepare_press(press.issue, site).print_all(), rounds)
    place = best(lambda: trace(press, press.offered[0]), rounds)
    print(f"{slug}: {len(press.offered)} variants\n")
    print(f"{'':34}{'ms':>10}")
    print(f"{'load, render and check':34}{whole * 1e3:>10.0f}   (aim: {AIM * 1e3:.0f})")
    print(f"{'of it: render every variant':34}{render * 1e3:>10.0f}")
    print(f"{'find places, a variant at fault':34}{place * 1e3:>10.0f}\n")


def rule_table(site: Site, slug: str, rounds: int) -> None:
    """The rules that cost most, over all variants; what they share is made once, by the first."""
    press = prepare_press(load_issue(site, slug), site)
    made = press.print_all()
    evidence = with_own_evidence(Evidence(), made, site)

    def fresh() -> tuple[Specimen, ...]:
        return specimens(made, site, evidence, partial(trace_rendition, press))

    costs: dict[str, float] = {}
    for _ in range(rounds):
        for each in fresh():
            for rule in RULES:
                begin = time.perf_counter()
                rule.findings(each)
                costs[rule.id] = costs.get(rule.id, 0) + time.perf_counter() - begin
    print(f"{'rule, all variants':34}{'ms':>10}")
    for name, cost in sorted(costs.items(), key=lambda each: -each[1])[:SLOWEST]:
        print(f"{name:34}{cost / rounds * 1e3:>10.1f}")


def readers_table(site: Site, slug: str, readers: int) -> None:
    """The strangest ten of a made-up list."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/list.db", secret_fingerprint="0" * 16)
        try:
            fill(store, readers)
            made = prepare_press(load_issue(site, slug), site).print_all()
            ask = Asking(site, store, readers=True)
            begin = time.perf_counter()
            ask(made, replace(Evidence()))
            took = time.perf_counter() - begin
        finally:
            store.close()
    print(f"\n{'strangest of ' + format(readers, ',') + ' readers':34}{took:>10.1f} s  (aim: 60)")


def fill(store: Store, readers: int) -> None:
    for start in range(0, readers, ROWS):
        with store.write() as connection:
            connection.execute(insert(subscriber), list(rows(start, min(start + ROWS, readers))))


def rows(start: int, end: int) -> Iterator[dict[str, object]]:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(start, end):
        yield {
            "email": f"reader{number}@example.test",
            "first_name": NAMES[number % len(NAMES)],
            "status": Status.CONFIRMED,
            "attributes": {"clinic": "berlin"},
            "created_at": now,
        }


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
