"""Running all rules: who is asked, and how findings of several variants are told."""

from __future__ import annotations

from dataclasses import replace

from newsletter.checks import RULES, Evidence, check
from newsletter.errors import Place
from newsletter.model.finding import Finding, Severity
from tests.unit.checks.specimens import HTML, ISSUE_PLACE, RENDITION, SITE, renditions

BROKEN = HTML.replace("<!DOCTYPE html>", "")


def test_a_faultless_mail_has_no_findings() -> None:
    """Every rule is content with the mail that the other tests break."""
    assert check(renditions(), SITE, Evidence()) == ()


def test_rules_have_distinct_names_and_say_why_and_how_to_mend() -> None:
    """A rule without a reason or a remedy would be a riddle."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.claim and rule.why and rule.mend for rule in RULES)


def test_the_table_of_rules_is_complete() -> None:
    """Each rule of the table is there, and our own beside them."""
    table = (
        "R01 R02 R03 R04 R05 R06 R07 R08 S01 S02 S03 S04 S05 S06 S07 A01 A02 A03 A04 A05 A06 A07 "
        "A08 A09 A10 A11 D01 D02 C01 L01 L02 L03 H01 H02 H03 H04 H05 H06 T01 T02 T03 T04 P01 B01"
    )
    assert {rule.id for rule in RULES} == {*table.split(), "E01", "W01", "W02"}


def test_a_finding_of_all_variants_is_told_once_without_a_variant() -> None:
    """What is wrong everywhere is one thing to mend."""
    two = [replace(RENDITION, html=BROKEN, variant=name) for name in ("all", "tips")]
    found = check(renditions(*two), SITE, Evidence())
    assert [(each.rule, each.variant) for each in found] == [("R01", "")]


def test_a_finding_of_one_variant_names_it() -> None:
    """What is wrong in one variant only says in which."""
    two = (RENDITION, replace(RENDITION, html=BROKEN, variant="tips"))
    found = check(renditions(*two), SITE, Evidence())
    assert [(each.rule, each.variant) for each in found] == [("R01", "tips")]


def test_findings_of_rendering_come_along_errors_first() -> None:
    """What rendering noticed stands in the same list, in order of gravity."""
    noticed = Finding("M01", Severity.INFO, "A tag was taken out.", Place("issues/hello.md", 9))
    made = replace(renditions(replace(RENDITION, html=BROKEN)), findings=(noticed,))
    assert [each.rule for each in check(made, SITE, Evidence())] == ["R01", "M01"]


def test_a_finding_without_a_better_place_points_at_the_issue() -> None:
    """Every finding leads to a file someone can open."""
    (found,) = check(renditions(replace(RENDITION, html=BROKEN)), SITE, Evidence())
    assert found.place == ISSUE_PLACE
    assert found.message.endswith("the renderer writes the doctype.")


def test_bytes_that_are_no_html_at_all_are_findings_not_a_crash() -> None:
    """An empty or garbled HTML part is reported like any other fault."""
    for html in ("", "   ", "\x00", "<", "plain words", "<!--[if mso]>"):
        found = check(renditions(replace(RENDITION, html=html)), SITE, Evidence())
        assert {"R01", "H02"} <= {each.rule for each in found}
