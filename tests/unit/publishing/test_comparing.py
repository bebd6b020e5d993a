"""`diff`: what readers would see change, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from newsletter.cli.program import program
from tests.factories import picture, write_site

ISSUE = """\
---
number: %d
subject: %s
preheader: A letter
snippets: [%s]
---
Hello {{ subscriber.first_name | default("there") }},
"""
SNIPPET = "---\ntitle: %s\nkind: tip\nlink: https://example.com/%s\nlink_text: More\n---\nWords.\n"


def site(root: Path, **files: str) -> Path:
    """Two issues with three snippets between them."""
    made: dict[str, str | bytes | None] = {
        "issues/first.md": ISSUE % (1, "Hello", "skin/a, skin/b, skin/c"),
        "issues/second.md": ISSUE % (2, "Hello", "skin/a, skin/b, skin/c"),
        **{f"issues/topics/skin/{name}.md": SNIPPET % (name.upper(), name) for name in "abcd"},
    }
    return write_site(root, made | files)


def diff(root: Path, *words: str) -> Any:
    done = CliRunner().invoke(program, ["--site", str(root), "diff", *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def changes(found: Any, what: str) -> list[tuple[str, str]]:
    return [(each["how"], each["name"]) for each in found["changes"] if each["what"] == what]


def test_the_same_letter_twice_is_no_change(tmp_path: Path) -> None:
    """Though readers' marks differ from issue to issue."""
    found = diff(site(tmp_path), "first", "second")
    assert found["subject"] is None
    assert found["changes"] == []
    assert diff(tmp_path, "first", "first")["same"] is True


def test_words_links_and_order_are_told(tmp_path: Path) -> None:
    """A new subject, one snippet for another, and one that moved alone."""
    other = ISSUE % (2, "Good day", "skin/c, skin/a, skin/d")
    found = diff(site(tmp_path, **{"issues/second.md": other}), "first", "second")
    assert found["subject"] == ["Hello", "Good day"]
    assert changes(found, "section") == [
        ("removed", "skin/b"),
        ("added", "skin/d"),
        ("moved", "skin/c"),
    ]
    assert changes(found, "link") == [
        ("removed", "https://example.com/b"),
        ("added", "https://example.com/d"),
    ]
    assert any(line.startswith("+") and "D" in line for line in found["text"])


def approved(root: Path) -> Path:
    layout = (
        "<mjml lang='en' dir='ltr'><mj-head><mj-title>{{ subject }}</mj-title></mj-head><mj-body>"
        "{% for section in sections %}{% include section.template %}{% endfor %}"
        "<mj-section><mj-column><mj-text><a href='{{ links.unsubscribe }}'>Unsubscribe</a> "
        "{{ site.sender.postal_address }}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    made = site(root, **{"templates/layouts/classic.mjml": layout})
    done = CliRunner().invoke(program, ["--site", str(made), "approve", "1", "--by", "Ada"])
    assert done.exit_code == 0, done.output
    return made


def test_an_issue_is_compared_with_what_was_approved(tmp_path: Path) -> None:
    """Nothing at first, and then what was written since."""
    made = approved(tmp_path)
    assert diff(made, "1")["same"] is True
    (made / "issues/topics/skin/a.md").write_text((SNIPPET % ("A", "new")).replace("Words", "More"))
    found = diff(made, "1")
    assert changes(found, "link") == [
        ("removed", "https://example.com/a"),
        ("added", "https://example.com/new"),
    ]


def test_a_change_of_looks_alone_is_told_as_such(tmp_path: Path) -> None:
    """Words, links and pictures stay; a colour does not."""
    made = approved(tmp_path)
    layout = made / "templates/layouts/classic.mjml"
    layout.write_text(layout.read_text().replace("<mj-body>", "<mj-body background-color='#eee'>"))
    found = diff(made, "1")
    assert (found["same"], found["looks"], found["changes"]) == (False, True, [])


def test_a_picture_that_was_painted_anew_is_another_one(tmp_path: Path) -> None:
    """Its name stays, its bytes do not."""
    look = (
        "<mj-section><mj-column><mj-image src='{{ section.image.src }}' alt='A drop' "
        "width='8px' /></mj-column></mj-section>"
    )
    issue = (
        "---\nnumber: 1\nsubject: Hi\nsnippets:\n  - image: {file: drop.png, alt: A drop}\n---\nx\n"
    )
    sections = "{% for section in sections %}{% include section.template %}{% endfor %}"
    layout = f"<mjml><mj-body>{sections}</mj-body></mjml>"
    files = {
        "templates/snippets/image.mjml": look,
        "issues/first.md": issue,
        "issues/second.md": issue.replace("number: 1", "number: 2").replace("drop.png", "b.png"),
        "templates/layouts/classic.mjml": layout,
    }
    write_site(tmp_path, {**files, "issues/media/b.png": picture(9, 9)})
    found = diff(tmp_path, "first", "second")
    assert [how for how, _ in changes(found, "picture")] == ["removed", "added"]


def test_an_issue_without_approval_says_what_to_name(tmp_path: Path) -> None:
    """Exit code 2, as for every name that leads nowhere."""
    done = CliRunner().invoke(program, ["--site", str(site(tmp_path)), "diff", "1"])
    assert done.exit_code == 2
    assert "newsletter diff 1 OTHER" in done.output
