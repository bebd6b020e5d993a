"""From a save to the bytes a writer looks at: `python -m benchmarks preview`.

Each round saves the largest issue with other words, as the studio does, and asks for one variant;
findings and the other variants come behind it and are measured apart. Warm: templates are compiled
and pictures are made. What the browser adds stands in the browser test's own report.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.check import largest
from newsletter.authoring import change, open_issue, set_body
from newsletter.bootstrap import load_app
from newsletter.web.preview import Desk, workshop_of

ROOT = Path(__file__).parents[1]
AIM_MS = 300
Look = Callable[[], object]


def main(argv: list[str]) -> None:
    """Measure and print.

    Args:
        argv: `--rounds N` (default 40); `--site DIR`.
    """
    parser = argparse.ArgumentParser(prog="benchmarks preview", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--site", type=Path, default=ROOT)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        root = copied(options.site, Path(folder) / "site")
        app = load_app(root, {**os.environ, "DATABASE_URL": "sqlite://"}, root)
        desk = Desk(workshop_of(app, os.environ))
        slug = largest(app.site)
        desk.composition(slug)
        print(f"{slug}: {len(desk.galley(slug).variants)} variants\n")
        print(f"{'':34}{'median ms':>10}{'p95 ms':>10}")
        tell("save", [saved(desk, slug, n) for n in range(options.rounds)])
        shown = timed(desk, slug, options.rounds, lambda: desk.rendition(slug))
        tell("save to the shown variant's bytes", shown, f"   (aim: {AIM_MS})")
        whole = max(options.rounds // 4, 3)
        tell(
            "save to all variants and findings",
            timed(desk, slug, whole, lambda: desk.composition(slug)),
        )


def copied(site: Path, root: Path) -> Path:
    """The site's files in a folder that may be changed."""
    for name in ("issues", "templates"):
        shutil.copytree(site / name, root / name)
    shutil.copy(site / "newsletter.toml", root)
    return root


def timed(desk: Desk, slug: str, rounds: int, look: Look) -> list[float]:
    """Seconds from the beginning of a save to what `look` gives, for each round."""
    took = []
    for number in range(rounds):
        begin = time.perf_counter()
        saved(desk, slug, number)
        look()
        took.append(time.perf_counter() - begin)
    return took


def saved(desk: Desk, slug: str, number: int) -> float:
    """Save the issue with other words; seconds it took."""
    site = desk.site()
    begin = time.perf_counter()
    document = open_issue(site, slug)
    change(site, document, lambda text: set_body(text, f"Round {number}, {begin}."))
    return time.perf_counter() - begin


def tell(name: str, took: list[float], more: str = "") -> None:
    """A line of the table."""
    ranked = sorted(took)
    p95 = ranked[min(round(0.95 * len(ranked)), len(ranked) - 1)]
    print(f"{name:34}{statistics.median(took) * 1e3:>10.0f}{p95 * 1e3:>10.0f}{more}")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
