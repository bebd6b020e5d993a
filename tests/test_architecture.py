"""The shape of the code; who may import whom is in `pyproject.toml` and `make check`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    path for path in (ROOT / "newsletter").rglob("*.py") if "migrations" not in path.parts
)
LONGEST_MODULE = 300
LONGEST_BODY = 35


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_can_be_read_at_once(path: Path) -> None:
    """No module is over 300 lines, no function's body over 35, none is named for being a rest."""
    text = path.read_text()
    assert path.stem not in ("utils", "helpers", "misc", "common")
    assert text.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert body_lines(node) <= LONGEST_BODY, f"{node.name} has {body_lines(node)} lines"


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of what a function does, without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1


def test_the_scheduler_is_small() -> None:
    """`scheduler.py` has at most 20 lines."""
    assert (ROOT / "scheduler.py").read_text().count("\n") <= 20


def test_the_layers_hold() -> None:
    """import-linter keeps every contract."""
    linted = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout
