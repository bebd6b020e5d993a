"""Snippets made, kept out of issues, found, and deleted only when nobody uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.authoring import (
    change,
    delete_snippet,
    insert,
    library,
    new_snippet,
    open_issue,
    open_snippet,
    replace_with,
    save_as_snippet,
    search,
    users_of,
)
from newsletter.authoring.names import name_from
from newsletter.authoring.snippet_library import excerpt
from newsletter.content import load_issue
from newsletter.errors import BlockedError, Conflict, ContentError, UsageError
from tests.factories import ISSUE, SNIPPET, make_site

ROOTS = """\
---
title: Über die Wurzeln
kind: news
interest: everyone
image: drop.png
alt: A drop
---
Hair has **roots**, and *micro*scopic ones.

- They drink
"""


def test_a_new_snippet_loads_and_can_be_used(tmp_path: Path) -> None:
    """Its topic may be new; empty fields are left out; a decoration says so."""
    site = make_site(tmp_path)
    fields = {"title": "Roots: a start", "kind": "tip", "image": "drop.png", "alt": "", "link": ""}
    made = new_snippet(site, "hair/roots", {**fields, "body": "One\r\n\r\ntwo"})
    assert made.text == (
        '---\ntitle: "Roots: a start"\nkind: tip\nimage: drop.png\nalt: ""\n---\nOne\n\ntwo\n'
    )
    assert made == open_snippet(site, "hair/roots")
    change(site, open_issue(site, "first"), lambda text: insert(text, "hair/roots", 0))
    assert load_issue(site, "first").sections[0].key == "hair/roots"


def test_a_snippet_with_problems_is_not_made(tmp_path: Path) -> None:
    """All of them are told at once, in the checker's words; no file appears."""
    site = make_site(tmp_path)
    with pytest.raises(ContentError) as told:
        new_snippet(site, "skin/new", {"kind": "tipp", "body": "{{ subscriber.nme }}"})
    assert [problem.message.split()[0] for problem in told.value.problems] == [
        "There",
        "title",
        "`{{",
    ]
    assert not (site.root / "issues/topics/skin/new.md").exists()


@pytest.mark.parametrize(
    "ref",
    [
        "../out",
        "skin/../../out",
        "/etc/passwd",
        "skin",
        "skin/",
        "a/b/c",
        "skin/_topic",
        "SKIN/pores",
        "skin/pores\0",
        "skin/pores.md",
        "skin/con",
        "lpt1/pores",
        "skin/" + "x" * 300,
        "skin\\pores",
        "skin/ä",
    ],
)
def test_a_hostile_name_is_refused(ref: str, tmp_path: Path) -> None:
    """One clear sentence, and nothing is written anywhere."""
    site = make_site(tmp_path)
    before = sorted(tmp_path.rglob("*.md"))
    with pytest.raises(UsageError, match="can not name a snippet"):
        new_snippet(site, ref, {"title": "x", "kind": "tip", "body": "x"})
    assert sorted(tmp_path.rglob("*.md")) == before


def test_a_name_that_differs_only_in_case_is_taken(tmp_path: Path) -> None:
    """Disks of other systems would take the two for one."""
    site = make_site(tmp_path, {"issues/topics/skin/Pores.md": SNIPPET})
    fields = {"title": "x", "kind": "tip", "body": "x"}
    for ref in ("skin/pores", "skin/collagen"):
        with pytest.raises(UsageError, match=r"exists\. Take another name"):
            new_snippet(site, ref, fields)
    assert name_from("Pores!", ["pores", "pores-2"]) == "pores-3"
    assert name_from("con") == "con-piece"


def test_a_section_is_kept_with_what_is_said_only_there(tmp_path: Path) -> None:
    """The new snippet says what readers of the issue saw, and can take the section's place."""
    text = ISSUE.replace(
        "skin/collagen", "skin/collagen: {heading: Only here, link: https://example.com/x}"
    )
    site = make_site(tmp_path, {"issues/first.md": text})
    before = load_issue(site, "first").sections[0].snippet
    issue = open_issue(site, "first")
    made = save_as_snippet(site, issue, issue.sections[0], "skin/kept", {"title": "Kept"})
    change(site, issue, lambda old: replace_with(old, "0:skin/collagen", made.ref))
    after = load_issue(site, "first").sections[0].snippet
    assert (after.heading.plain(), after.link.plain()) == ("Only here", "https://example.com/x")
    assert (after.body.plain(), after.kind, after.title) == (before.body.plain(), "tip", "Kept")


def test_an_inline_piece_is_kept_too(tmp_path: Path) -> None:
    """A button becomes a snippet once it is told its title and kind."""
    site = make_site(tmp_path)
    cta = {"text": "Go", "link": "https://example.com/"}
    issue = change(site, open_issue(site, "first"), lambda text: insert(text, "cta", 9, cta))
    made = save_as_snippet(
        site, issue, issue.sections[1], "skin/go", {"title": "Go", "kind": "tip"}
    )
    assert "link_text: Go\n" in made.text
    assert "link: https://example.com/\n" in made.text


def test_a_snippet_in_use_stays(tmp_path: Path) -> None:
    """The issues that use it are named; an unused one goes, with its empty folder."""
    site = make_site(tmp_path, {"issues/topics/hair/roots.md": ROOTS})
    with pytest.raises(BlockedError, match="skin/collagen is used in first"):
        delete_snippet(site, open_snippet(site, "skin/collagen"))
    stale = open_snippet(site, "hair/roots")
    stale.path.write_text(ROOTS + "More.\n")
    with pytest.raises(Conflict):
        delete_snippet(site, stale)
    delete_snippet(site, open_snippet(site, "hair/roots"))
    assert not (site.root / "issues/topics/hair").exists()


def test_users_are_told_latest_first(tmp_path: Path) -> None:
    """What has no date comes after everything; an unreadable issue hides no other."""
    dated = ISSUE.replace("preheader", "send_at: {} 09:00\npreheader")
    site = make_site(
        tmp_path,
        {
            "issues/early.md": dated.format("2026-01-01").replace("number: 1", "number: 2"),
            "issues/late.md": dated.format("2026-12-01").replace("number: 1", "number: 3"),
            "issues/broken.md": "---\nnumber: [\n---\n",
        },
    )
    users = users_of(site, "skin/collagen")
    assert [user.slug for user in users] == ["first", "late", "early"]
    assert [piece.id for piece in users[0].sections] == ["0:skin/collagen"]
    entry = library(site)[0]
    assert entry.last_used == "2026-12-01 09:00"


def test_the_library_is_searched_by_words_topic_and_kind(tmp_path: Path) -> None:
    """Case, accents and order do not count; a broken snippet is among them, with its problem."""
    files = {
        "issues/topics/hair/roots.md": ROOTS,
        "issues/topics/hair/_topic.md": "---\nname: Healthy hair\n---\n",
        "issues/topics/hair/odd.md": "---\ntitle: [\n---\n",
    }
    entries = library(make_site(tmp_path, files))
    assert [entry.ref for entry in entries] == ["hair/odd", "hair/roots", "skin/collagen"]

    def found(words: str, topic: str = "", kind: str = "") -> list[str]:
        return [entry.ref for entry in search(entries, words, topic, kind)]

    assert found("WURZELN uber") == ["hair/roots"]
    assert found("microscopic") == []
    assert found("healthy drink") == ["hair/roots"]
    assert found("", topic="hair", kind="news") == ["hair/roots"]
    assert found("collagen roots") == []
    roots, odd = entries[1], entries[0]
    assert (roots.topic_name, roots.interest, roots.image) == ("Healthy hair", None, "drop.png")
    assert roots.excerpt == "Hair has roots, and microscopic ones. They drink"
    assert odd.snippet is None
    assert "not YAML" in odd.problems[0].message


def test_an_excerpt_ends_between_words() -> None:
    """Long texts are cut, short ones are whole, signs and pictures are left out."""
    assert excerpt("## One\n\n[two](https://x.y) `three`", 40) == "One two three"
    assert excerpt("one two, three four", 10) == "one two…"
