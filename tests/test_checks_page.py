"""The page that is made from the rules must not be older than they are."""

from __future__ import annotations

import re

from newsletter.checks import RULES
from tests.drawings import DOCS, drawing


def test_the_page_of_checks_is_drawn_from_the_rules() -> None:
    """docs/checks.md says what the rules say, in their words."""
    page = (DOCS / "checks.md").read_text("utf-8")
    assert drawing("draw_checks").drawn() == page, "run: python docs/draw_checks.py"


def test_every_rule_has_a_section_with_its_reason_and_remedy() -> None:
    """By its name, which findings carry."""
    page = (DOCS / "checks.md").read_text("utf-8")
    sections = set(re.findall(r"(?m)^## (\w+)$", page))
    assert {rule.id for rule in RULES} <= sections
    assert page.count("*Why:*") == page.count("*What to do:*") == len(sections)
