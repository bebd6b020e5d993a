"""Each folder here is a letter: `issue.md`, and what must come of it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from newsletter.config import load_settings
from newsletter.content import load_issue
from newsletter.model.finding import Finding
from newsletter.model.rendition import Rendition
from newsletter.rendering import render

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/issue.md"))


@pytest.mark.parametrize("case", CASES)
def test_a_letter_is_what_it_was(case: str, tmp_path: Path) -> None:
    """HTML, text and findings are the same as when a person last looked at them."""
    site = tmp_path / "site"
    shutil.copytree(HERE / "site", site)
    shutil.copy(HERE / case / "issue.md", site / "issues" / f"{case}.md")
    loaded = load_settings(site, {}).site
    made = render(load_issue(loaded, case), loaded)
    fullest = made.renditions[0]
    _compare(HERE / case / "expected.html", _one_tag_a_line(_named(fullest.html, fullest)))
    _compare(HERE / case / "expected.txt", _as_text(fullest, made.findings))


def _compare(expected: Path, actual: str) -> None:
    if os.environ.get("BLESS"):
        expected.write_text(actual, encoding="utf-8", newline="\n")
    assert actual == expected.read_text(encoding="utf-8"), "see the diff after `make bless`"


def _as_text(rendition: Rendition, findings: tuple[Finding, ...]) -> str:
    head = f"Subject: {rendition.subject}\nPreheader: {rendition.preheader}\n\n"
    told = "".join(f"{found.rule} {found.place}: {found.message}\n" for found in findings)
    text = _named(f"{head}{rendition.text}", rendition)
    return f"{text}\n--- findings ---\n{told}" if told else text


def _named(text: str, rendition: Rendition) -> str:
    """Tokens by what they stand for: the nonce changes with every word of an issue."""
    for tag in rendition.merge_tags:
        text = text.replace(tag.token, f"[[{tag.source}|{tag.default} :{tag.context}]]")
    return text


def _one_tag_a_line(html: str) -> str:
    """A reviewer reads lines; the break goes inside the tag, where it changes nothing."""
    return re.sub(r"(?<=[a-z0-9\"/-])>(?=\s?<)", "\n>", html) + "\n"
