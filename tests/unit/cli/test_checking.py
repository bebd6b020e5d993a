"""`newsletter check`: words for people, rows for scripts, and the right exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from newsletter.cli.program import program
from tests.factories import write_site

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "check.schema.json"
SNIPPET = "---\ntitle: About\nkind: tip\nlink: https://example.com/a\nlink_text: All of it\n---\n"
CLAIM = SNIPPET + "Collagen.\n\nIt is clinically proven.\n"
FOOTER = (
    "<mj-section><mj-column><mj-text><a href='{{ links.unsubscribe }}'>Unsubscribe</a> "
    "{{ site.sender.postal_address }}</mj-text></mj-column></mj-section>"
)
LAYOUT = (
    "<mjml lang='en' dir='ltr'><mj-head><mj-title>{{ subject }}</mj-title></mj-head><mj-body>"
    "{% for section in sections %}{% include section.template %}{% endfor %}"
    f"{FOOTER}</mj-body></mjml>"
)


def check(root: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(program, ["--site", str(root), "check", *words])
    return done.exit_code, done.stdout


def rows(root: Path, *words: str) -> Any:
    return json.loads(check(root, "--json", *words)[1])


def rewritten(root: Path, files: dict[str, str]) -> Path:
    """The site with other files; the rest is in order."""
    snippet = SNIPPET + "Collagen is a protein.\n"
    own = {"templates/layouts/classic.mjml": LAYOUT, "issues/topics/skin/collagen.md": snippet}
    return write_site(root, own | files)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Warnings, and no error."""
    return rewritten(tmp_path, {})


@pytest.mark.parametrize("words", [(), ("--bytes",), ("--readers",), ("--bytes", "--readers")])
def test_json_is_as_its_schema_says(site: Path, words: tuple[str, ...]) -> None:
    """With and without what else can be asked for."""
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    validator.validate(rows(site, *words))


def test_warnings_do_not_fail_and_errors_do(site: Path) -> None:
    """The exit code is 1 for errors alone, whatever is shown."""
    assert check(site, "first")[0] == 0
    rewritten(site, {"templates/layouts/classic.mjml": LAYOUT.replace(FOOTER, "")})
    assert check(site, "first")[0] == 1
    assert check(site, "first", "--severity", "error")[0] == 1


def test_severity_chooses_what_is_shown(site: Path) -> None:
    """Warnings are left out with `error`, and stay with `warning`."""
    assert "H05" in check(site, "first", "--severity", "warning")[1]
    assert "H05" not in check(site, "first", "--severity", "error")[1]


def test_findings_stand_below_their_file(site: Path) -> None:
    """One heading a file, and the line before each thing to mend."""
    rewritten(site, {"issues/topics/skin/collagen.md": CLAIM})
    lines = check(site, "first")[1].splitlines()
    below = [line.split()[:3] for line in lines[lines.index("issues/topics/skin/collagen.md") :]]
    assert ["9", "warning", "B01"] in below


def test_what_nobody_judged_is_said(site: Path) -> None:
    """As a line for people, and as rows that are not `checked`."""
    assert "not checked L01, L02" in check(site, "first")[1]
    unchecked = {row["rule"] for row in rows(site, "first") if not row["checked"]}
    assert unchecked == {"H03", "H04", "L01", "L02", "P01"}


def test_an_allowed_error_passes_with_its_reason(site: Path) -> None:
    """Exit code 0, and the reason where others see it."""
    issue = (
        "---\nnumber: 1\nsubject: Hello\nsnippets: [skin/collagen]\n"
        "allow:\n  - {rule: A08, because: no title here}\n---\nHello.\n"
    )
    bare = LAYOUT.replace("<mj-title>{{ subject }}</mj-title>", "")
    rewritten(site, {"issues/first.md": issue, "templates/layouts/classic.mjml": bare})
    code, said = check(site, "first")
    assert code == 0, said
    assert "allowed: no title here" in said


def test_bytes_name_the_snippet_that_gmail_cuts(site: Path) -> None:
    """What each weighs, and the line with which the cut begins."""
    words = "Words and words. " * 7_000
    long = f"---\ntitle: Long\nkind: tip\n---\nShort.\n\n{words}\n\nThe end.\n"
    two = "---\nnumber: 1\nsubject: Hello\nsnippets: [skin/collagen, skin/long]\n---\nHello.\n"
    rewritten(site, {"issues/topics/skin/long.md": long, "issues/first.md": two})
    (weight,) = rows(site, "first", "--bytes")["bytes"]
    first, second = weight["snippets"]
    assert second["key"] == "skin/long"
    assert second["bytes"] > 100 * 1024 > first["bytes"]
    assert first["tracked_links"] == 1
    assert weight["gmail_cuts_at"] == "issues/topics/skin/long.md:9"
