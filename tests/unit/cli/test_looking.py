"""`check --clients` and `check --transcript`: a closer look, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter.cli.program import program
from tests.factories import write_site

FLEX = (
    "<mjml lang='en'><mj-head><mj-title>{{ subject }}</mj-title></mj-head><mj-body>\n"
    "<mj-section><mj-column><mj-text>\n"
    '<div style="display: flex">Beside</div>{{ opening }}\n'
    "</mj-text></mj-column></mj-section></mj-body></mjml>"
)


def check(root: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(program, ["--site", str(root), "check", *words])
    return done.exit_code, done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A letter that uses what Outlook does not show."""
    return write_site(tmp_path, {"templates/layouts/classic.mjml": FLEX})


def test_clients_are_told_with_verdict_age_and_place(site: Path) -> None:
    """The feature, a letter a client, the month of the test, the line that wrote it."""
    code, said = check(site, "first", "--clients")
    line = next(line for line in said.splitlines() if line.startswith("css-display-flex"))
    assert code == 0
    assert "display: flex" in line
    assert "2021-11 (old)" in line
    assert "templates/layouts/classic.mjml:3" in line
    assert "Outlook (Windows)  4.1% of readers" in said
    assert "u unknown: nobody tested it there" in said


def test_clients_as_json_hold_the_same(site: Path) -> None:
    """Unknown is `u`, and what is lost names the clients."""
    rows = json.loads(check(site, "first", "--clients", "--json")[1])["first"]
    flex = next(row for row in rows if row["feature"] == "css-display-flex")
    assert flex["clients"]["outlook.windows"] == "n"
    assert "outlook.windows" in flex["lost"]
    assert (flex["path"], flex["line"]) == ("templates/layouts/classic.mjml", 3)
    assert {letter for row in rows for letter in row["clients"].values()} <= set("ynau")


def test_the_transcript_is_the_letter_as_it_is_heard(site: Path) -> None:
    """With a reader's own name, and nothing else on standard output."""
    code, said = check(site, "first", "--transcript")
    assert code == 0
    assert said.startswith("Title: Hello\nLanguage: en\n")
    assert "Hello Mira" in said


def test_the_transcript_as_json_names_its_issue(site: Path) -> None:
    """Slug to text."""
    assert json.loads(check(site, "first", "--transcript", "--json")[1])["first"].startswith(
        "Title"
    )
