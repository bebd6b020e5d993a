"""The library of snippets in the browser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from newsletter.model.person import Role
from tests.studio import Studio

PORES = "/studio/snippets/microneedling/pores"
FILE = "issues/topics/microneedling/pores.md"


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]


def filled(studio: Studio, **changes: str) -> dict[str, str]:
    """The snippet's form as its page shows it, with something typed otherwise."""
    page = studio.client(Role.EDITOR).get(PORES).text
    return {
        "version": hidden(page, "version"),
        "title": "What happens to the look of pores",
        "kind": "tip",
        "interest": "",
        **changes,
    }


def test_the_library_shows_every_snippet_and_where_it_waits(studio: Studio) -> None:
    """Each with kind, picture, title, first words, and when readers saw it."""
    page = studio.client(Role.EDITOR).get("/studio/snippets")
    assert page.status_code == 200
    files = list((studio.root / "issues/topics").glob("*/[a-z]*.md"))
    assert page.text.count('class="snippet-card"') == len(files)
    card = page.text.partition(f'href="{PORES}"')[2].partition("</a>")[0]
    for part in ("look-tip", "copy/480/pores.png", "Almost everybody who asks", "In issue 14"):
        assert part in card


def test_a_search_narrows_it_down(studio: Studio) -> None:
    """Words in any order, topic and kind; nothing found is said."""
    client = studio.client(Role.EDITOR)
    found = client.get("/studio/snippets", words="MAGNIFYING pores", kind="tip").text
    assert found.count('class="snippet-card"') == 1
    assert "1 of 13 snippets" in found
    assert "Nothing has all of these words" in client.get("/studio/snippets", words="zebra").text


def test_a_snippet_is_changed_in_its_own_lines(studio: Studio) -> None:
    """What was not typed stays to the byte; undo brings the old text back."""
    client, path = studio.client(Role.EDITOR), studio.root / FILE
    before = path.read_text()
    answer = client.post(PORES, filled(studio, title="Pores: a closer look"))
    assert answer.status_code == 303
    after = path.read_text()
    assert after == before.replace(
        "title: What happens to the look of pores", 'title: "Pores: a closer look"'
    )
    page = client.get(PORES).text
    assert "Saved." in page
    assert client.post(f"{PORES}/undo", {"version": hidden(page, "version")}).status_code == 303
    assert path.read_text() == before


def test_what_is_wrong_stands_beside_its_field(studio: Studio) -> None:
    """The typed values are still there, the file is as it was."""
    before = (studio.root / FILE).read_text()
    typed = filled(studio, link="nowhere", body="Hi {{ subscriber.nme }}", title="")
    answer = studio.client(Role.EDITOR).post(PORES, typed)
    assert answer.status_code == 400
    for field in ("link", "body", "title"):
        assert f'id="{field}-problem"' in answer.text
    assert 'value="nowhere"' in answer.text
    assert (studio.root / FILE).read_text() == before


def test_two_people_see_both_versions(studio: Studio) -> None:
    """Nothing is overwritten; what fits together can be kept both."""
    client, path = studio.client(Role.EDITOR), studio.root / FILE
    mine = filled(studio, title="Mine")
    path.write_text(path.read_text().replace("Learn what pores are for", "Theirs"))
    answer = client.post(PORES, mine)
    assert answer.status_code == 409
    assert "Theirs" in path.read_text()
    for words in ("Mine", "Theirs", "Keep both changes"):
        assert words in answer.text
    merged = unescape(
        answer.text.partition('name="merged"')[2].partition(">\n")[2].partition("<")[0]
    )
    kept = {"version": hidden(answer.text, "version"), "choice": "merged", "merged": merged}
    assert client.post(f"{PORES}/choose", kept).status_code == 303
    assert "title: Mine\n" in path.read_text()
    assert "link_text: Theirs\n" in path.read_text()


def test_a_new_snippet_appears_in_the_library(studio: Studio) -> None:
    """Its file is named after its title; what is missing is told first."""
    client = studio.client(Role.EDITOR)
    typed = {"topic": "Hair care", "title": "Äpfel & roots", "kind": "", "body": "Words."}
    wrong = client.post("/studio/snippets/new", typed)
    assert wrong.status_code == 400
    assert 'id="kind-problem"' in wrong.text
    made = client.post("/studio/snippets/new", {**typed, "kind": "tip"})
    assert made.headers["location"] == "/studio/snippets/hair-care/pfel-roots"
    assert client.get(made.headers["location"]).status_code == 200


def test_only_an_unused_snippet_can_be_deleted(studio: Studio) -> None:
    """By the page, and by a request that no page makes."""
    client = studio.client(Role.EDITOR)
    assert "Take it out there first" in client.get(f"{PORES}/delete").text
    assert client.post(f"{PORES}/delete", filled(studio)).status_code == 409
    assert (studio.root / FILE).exists()
    (studio.root / "issues/topics/skincare").mkdir(exist_ok=True)
    unused = studio.root / "issues/topics/skincare/unused.md"
    unused.write_text("---\ntitle: Unused\nkind: tip\n---\nWords\n")
    at = "/studio/snippets/skincare/unused"
    version = hidden(client.get(at).text, "version")
    unused.write_text("---\ntitle: Unused\nkind: tip\n---\nOther words\n")
    client.post(f"{at}/delete", {"version": version})
    assert unused.exists()
    client.post(f"{at}/delete", {"version": hidden(client.get(at).text, "version")})
    assert not unused.exists()


@pytest.mark.parametrize("ref", ["none/none", "..%2f/x", "microneedling/..%2f..%2fx", "a/_topic"])
def test_a_name_that_leads_nowhere_is_not_found(ref: str, studio: Studio) -> None:
    """Paths are never made of what stands in an address."""
    assert studio.client(Role.EDITOR).get(f"/studio/snippets/{ref}").status_code == 404


def test_a_file_that_can_not_be_read_is_shown_with_its_line(studio: Studio) -> None:
    """The library still opens, and says which one needs mending."""
    Path(studio.root / FILE).write_text("---\ntitle: [\n---\n<b>words</b>\n")
    client = studio.client(Role.EDITOR)
    assert "Needs mending" in client.get("/studio/snippets").text
    page = client.get(PORES).text
    assert "not YAML" in page
    assert "&lt;b&gt;words" in page


def test_hostile_words_stay_words(studio: Studio) -> None:
    """HTML in a snippet is text in every page that shows it."""
    typed = filled(studio, title="<script>alert(1)</script>", body='"><img src=x onerror=alert(1)>')
    client = studio.client(Role.EDITOR)
    client.post(PORES, typed)
    for path in ("/studio/snippets", PORES, f"{PORES}/delete"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
