"""What a benchmark printed, put into `docs/performance.md`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "performance.md"


def measured(name: str) -> tuple[str, str]:
    """Run a benchmark in a process of its own; returns what it printed, and when and where."""
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "benchmarks", name]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout, flush=True)
    return done.stdout.strip(), (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}, {os.cpu_count()} cores, "
        f"load {load:.1f} before it began."
    )


def put(name: str, output: str, when: str) -> None:
    """Replace what stands between the benchmark's marks; without marks add them at the end."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    block = f"{begin}\n`python -m benchmarks {name}`: {when}\n\n```text\n{output}\n```\n{end}"
    text = DOCUMENT.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if between.search(text):
        text = between.sub(lambda _: block, text)
    else:
        text = f"{text.rstrip()}\n\n{block}\n"
    DOCUMENT.write_text(text, encoding="utf-8")


def commit() -> str:
    """The commit that was measured, and whether files differ from it."""
    made = _git("rev-parse", "--short", "HEAD")
    return made + (" with changes" if _git("status", "--porcelain", "newsletter") else "")


def _git(*words: str) -> str:
    """What git answers, without the line's end."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
