"""`python -m benchmarks [NAME [OPTIONS]]`: run one benchmark, or all of them.

`python -m benchmarks --write [NAME ...]` also puts what came out into `docs/performance.md`.

A benchmark is a module of this package with `main(argv)`; its docstring's first line says
what it measures.
"""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.parts.document import measured, put
from newsletter.errors import nearest

HERE = Path(__file__).parent


def main(argv: list[str]) -> int:
    """Run what is named; without a name run all; `--list` only says what there is."""
    if argv[:1] == ["--write"]:
        return write(argv[1:] or names())
    known = names()
    if not argv:
        for name in known:
            print(f"\n== {name}: {told(name)}\n", flush=True)
            run(name, [])
        return 0
    if argv[0] in ("--list", "--help", "-h"):
        print("\n".join(f"{name:12}{told(name)}" for name in known))
        return 0
    if argv[0] not in known:
        print(f'There is no benchmark "{argv[0]}". {nearest(argv[0], known)}', file=sys.stderr)
        return 2
    run(argv[0], argv[1:])
    return 0


def write(wanted: list[str]) -> int:
    """Run these one after the other, and put each result between its marks in the document."""
    for name in wanted:
        print(f"\n== {name}: {told(name)}\n", flush=True)
        put(name, *measured(name))
    return 0


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def told(name: str) -> str:
    """What a benchmark measures, without importing it."""
    doc = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8")))
    return (doc or "").partition("\n")[0]


def run(name: str, argv: list[str]) -> None:
    import_module(f"benchmarks.{name}").main(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
