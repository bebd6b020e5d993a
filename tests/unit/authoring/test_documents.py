"""Issues and snippets opened, changed, saved; what is refused and why."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from newsletter.authoring import (
    change,
    change_letter,
    insert,
    open_issue,
    open_snippet,
    override,
    problems_of,
    read_letter,
    remove,
    replace_with,
    save,
)
from newsletter.content import load_issue
from newsletter.errors import ContentError, NotFound, UsageError
from tests.factories import SNIPPET, make_site

ISSUE = """\
---
# The first one.
number: 1   # for ever
subject: 'It''s here'
preheader: "A \\"first\\" letter"

snippets:
  # opens it
  - skin/collagen
  - cta: {text: Go, link: https://example.com/}  # the button
  # - skin/later
allow:
  - {rule: H04, because: known}
---

Hello,

  all
"""


def test_every_other_byte_stays(tmp_path: Path) -> None:
    """Comments, quotes, blank lines, the body and the file's mode are as they were."""
    site = make_site(tmp_path, {"issues/first.md": ISSUE})
    path = site.root / "issues/first.md"
    path.chmod(0o640)
    saved = change(
        site,
        open_issue(site, "first"),
        lambda text: change_letter(text, {"subject": "Don't", "layout": "classic"}),
    )
    expected = ISSUE.replace("'It''s here'", "'Don''t'")
    expected = expected.replace("\n\nsnippets", "\nlayout: classic\n\nsnippets", 1)
    assert path.read_text() == expected == saved.text
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in (site.root / "issues").iterdir() if each.suffix == ".draft"] == []
    assert open_issue(site, "1").version == saved.version


def test_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    """A file from another system is changed in its own way of writing."""
    data = b"\xef\xbb\xbf" + ISSUE.replace("\n", "\r\n").encode()
    site = make_site(tmp_path, {"issues/first.md": data})
    document = open_issue(site, "first")
    change(site, document, lambda text: change_letter(text, {"body": "New\r\nwords"}))
    expected = ISSUE.replace("Hello,\n\n  all", "New\nwords").rstrip() + "\n"
    written = document.path.read_bytes()
    assert written == b"\xef\xbb\xbf" + expected.replace("\n", "\r\n").encode()


def test_comments_go_where_their_section_goes(tmp_path: Path) -> None:
    """A removed section takes its comment along; one that is commented out stays."""
    changed = remove(ISSUE, "0:skin/collagen")
    assert "opens it" not in changed
    assert "  # - skin/later\n" in changed
    assert "# the button" in override(ISSUE, "1:cta", {"text": "Now: go"})


def test_the_outline_of_an_empty_issue_can_be_filled(tmp_path: Path) -> None:
    """A list in brackets, an empty one and none at all take a section all the same."""
    for old in ("snippets: [skin/a]  # few\n", "snippets:\n", "snippets: []\n", ""):
        text = f"---\nnumber: 1\nsubject: x\n{old}allow: []\n---\nHi\n"
        changed = insert(text, "skin/collagen", 99, {"body": "One\n\ntwo"})
        assert changed.index("skin/collagen") < changed.index("allow")
        assert ("# few" in changed) == ("# few" in old)
        assert "body: |-\n" in changed


def test_settings_in_braces_can_be_changed_too() -> None:
    """A file written in an unusual way is brought into lines, and says the same."""
    text = "---\n{number: 1, subject: x, snippets: [skin/a, skin/b]}\n---\nHi\n"
    changed = remove(change_letter(text, {"subject": "y"}), "0:skin/a")
    assert read_letter(changed).subject == "y"
    assert "number: 1\n" in changed


def test_an_unreadable_text_is_not_saved(tmp_path: Path) -> None:
    """The message is that of `newsletter check`, with the line; the file stays."""
    site = make_site(tmp_path)
    document = open_issue(site, "first")
    for text in (
        "---\nsubject: [\n---\n",
        "no fences",
        "---\na: 1\n---\n\x07",
        "---\na: *x\n---\n",
    ):
        with pytest.raises(ContentError, match=r"issues/first\.md:\d"):
            save(site, document, text)
    with pytest.raises(UsageError, match="more than 1 MB"):
        save(site, document, document.text + "x" * 1_000_000)
    with pytest.raises(UsageError, match="its number stays"):
        save(site, document, document.text.replace("number: 1", "number: 2"))
    assert open_issue(site, "first") == document


def test_a_draft_with_problems_can_be_edited(tmp_path: Path) -> None:
    """What can be read can be saved; what is wrong with it is told in the checker's words."""
    site = make_site(tmp_path)
    document = open_issue(site, "first")
    saved = change(site, document, lambda text: insert(text, "skin/none", 0))
    saved = change(site, saved, lambda text: change_letter(text, {"audience": "{clinic: paris}"}))
    with pytest.raises(ContentError) as told:
        load_issue(site, "first")
    assert problems_of(site, saved) == told.value.problems
    assert [problem.place.line for problem in told.value.problems] == [5, 7]
    assert problems_of(site, saved, document.text) == ()
    assert "not YAML" in str(problems_of(site, saved, "---\na: [\n---\n")[0])


def test_a_snippet_said_otherwise_is_judged(tmp_path: Path) -> None:
    """A snippet's own problems are told with its own lines."""
    site = make_site(tmp_path)
    document = open_snippet(site, "skin/collagen")
    text = SNIPPET.replace("kind: tip", "kind: tipp")
    assert [str(each) for each in problems_of(site, document, text)] == [
        'issues/topics/skin/collagen.md:3: There is no kind "tipp". Did you mean "tip"?'
    ]


def test_what_is_not_there_any_more_is_not_moved(tmp_path: Path) -> None:
    """A section is named by place and name, so an old page can not hit another one."""
    for section in ("0:skin/pores", "7:cta", "", "cta"):
        with pytest.raises(UsageError, match="Look at the outline again"):
            remove(ISSUE, section)
    with pytest.raises(UsageError, match='"headign" is nothing skin/collagen can say'):
        override(ISSUE, "0:skin/collagen", {"headign": "x"})
    with pytest.raises(UsageError, match="no name of a snippet"):
        replace_with(ISSUE, "0:skin/collagen", "../../etc/passwd")
    with pytest.raises(UsageError, match="can not be changed here"):
        change_letter(ISSUE, {"number": "2"})


def test_nothing_outside_is_read_or_written(tmp_path: Path) -> None:
    """A link that leads out of `issues/` is refused; one inside is followed."""
    site = make_site(tmp_path / "site")
    outside = tmp_path / "secret.md"
    outside.write_text(ISSUE)
    (site.root / "issues/out.md").symlink_to(outside)
    (site.root / "issues/in.md").symlink_to("first.md")
    with pytest.raises(ContentError, match=r"leads out of issues/"):
        open_issue(site, "out")
    document = open_issue(site, "in")
    change(site, document, lambda text: change_letter(text, {"subject": "Through"}))
    assert (site.root / "issues/in.md").is_symlink()
    assert "Through" in (site.root / "issues/first.md").read_text()
    for ref in ("../newsletter", "../../secret", "/etc/passwd", "a\0", "x" * 5000, "skin/../first"):
        with pytest.raises(NotFound):
            open_snippet(site, ref)
        with pytest.raises(NotFound):
            open_issue(site, ref)
    assert outside.read_text() == ISSUE


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    """What the system says reaches the person as one line, and nothing is left behind."""
    site = make_site(tmp_path)
    document = open_issue(site, "first")
    (site.root / "var").write_text("a file where a folder should be")
    with pytest.raises(UsageError, match="var/studio/ can not be written"):
        save(site, document, document.text + "more")
    assert [path.name for path in (site.root / "issues").glob("*.*")] == ["first.md"]
    assert open_issue(site, "first") == document
