"""Headlines say of an issue what opening it would say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from newsletter.content import load_issue, read_headline
from newsletter.content.headlines import Headline
from tests.factories import make_site

HEADS = (
    "subject: Plain words",
    'subject: "Quoted: with a colon # and more"',
    "subject: 'It is ''quoted'' once more'",
    'subject: "An \\u00e9scape"',
    "subject: >\n  Folded over\n  two lines",
    "subject: Plain over\n  two lines # with a note",
    'subject: Hello {{ subscriber.first_name | default("you") }}: news',
    "subject: Time 09:00 is good   # a note",
)


@pytest.mark.parametrize("head", HEADS)
def test_a_headline_says_what_the_issue_says(tmp_path: Path, head: str) -> None:
    """However the YAML is written, subject, number, time and zone are those of the whole issue."""
    text = f"---\n# first\nnumber: 7\n{head}\nsend_at: 2026-12-01 09:00\ntimezone: Asia/Tokyo\n"
    more = "snippets:\n  - skin/collagen\n  - cta: {text: Go, link: https://a.test}\n---\nHi\n"
    if "subscriber" in head:
        head = head.replace("subject: ", "")
        text = text.replace(f"subject: {head}", f"subject: '{head}'")
    site = make_site(tmp_path, {"issues/first.md": text + more})
    issue = load_issue(site, "first")
    found = read_headline(site, tmp_path / "issues/first.md")
    assert (found.number, found.subject) == (7, issue.subject.plain())
    assert (found.send_at, found.timezone) == (datetime(2026, 12, 1, 9), "Asia/Tokyo")


@pytest.mark.parametrize("text", ["", "no fence", "---\nnumber: 1\n  bad: [", "---\n- a\n---\n"])
def test_what_can_not_be_read_is_left_empty(tmp_path: Path, text: str) -> None:
    """A broken file still has its line in the list, under its name."""
    site = make_site(tmp_path, {"issues/first.md": text})
    found = read_headline(site, tmp_path / "issues/first.md")
    assert (found.slug, found.subject) == ("first", "")
    assert isinstance(found, Headline)


def test_one_broken_line_hides_no_other(tmp_path: Path) -> None:
    """The number of an issue is known although its subject is no YAML."""
    site = make_site(tmp_path, {"issues/first.md": '---\nnumber: 7\nsubject: a "b: c\n---\nHi'})
    assert read_headline(site, tmp_path / "issues/first.md").number == 7
