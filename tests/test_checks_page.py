"""The page that is made from the rules must not be older than they are."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from newsletter.checks import RULES

_DOCS = Path(__file__).parents[1] / "docs"


def _drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_checks", _DOCS / "draw_checks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_checks_is_drawn_from_the_rules() -> None:
    """docs/checks.md says what the rules say, in their words."""
    page = (_DOCS / "checks.md").read_text("utf-8")
    assert _drawing().drawn() == page, "run: python docs/draw_checks.py"


def test_every_rule_has_a_section_with_its_reason_and_remedy() -> None:
    """By its name, which findings carry."""
    page = (_DOCS / "checks.md").read_text("utf-8")
    sections = set(re.findall(r"(?m)^## (\w+)$", page))
    assert {rule.id for rule in RULES} <= sections
    assert page.count("*Why:*") == page.count("*What to do:*") == len(sections)
