"""The page of an issue: what it shows, what its forms write, and what it refuses."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from newsletter.model.person import Role
from newsletter.publishing import approve
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.web.studio.issue_stage import inbox_rows
from tests.peers_ledger import SettableClock, World
from tests.studio import Client, Studio

SLUG = "2027-01-12-who-it-is-for"
PATH = f"/studio/issues/{SLUG}"
ASK_FIRST = "issues/topics/microneedling/ask-first.md"


def text_of(studio: Studio) -> str:
    """The issue's file."""
    return (studio.root / "issues" / f"{SLUG}.md").read_text()


def refs(studio: Studio) -> list[str]:
    """Its list of snippets, by name."""
    return re.findall(r"^  - ([^\s:]+)", text_of(studio), re.MULTILINE)


def version(client: Client) -> str:
    """The version of the file that the page shows."""
    found = re.search(r'name="version" value="([0-9a-f]{64})"', client.get(PATH).text)
    assert found
    return found[1]


def shown(answer: httpx.Response) -> str:
    """A page's words, entities resolved."""
    assert answer.status_code == 200
    return html.unescape(answer.text)


@pytest.fixture
def editor(studio: Studio) -> Client:
    """Someone who writes."""
    return studio.client(Role.EDITOR)


def test_everything_stands_on_one_page(studio: Studio, editor: Client) -> None:
    """Outline, letter and preview are there without scripts; the frame can run none."""
    page = shown(editor.get(PATH))
    assert "Four questions to take with you" in page
    assert 'value="Is microneedling for you?"' in page
    assert 'sandbox="allow-same-origin"' in page
    assert "allow-scripts" not in page


def test_the_frame_holds_the_very_bytes(studio: Studio, editor: Client) -> None:
    """What a writer sees is what is sent, under a policy that loads and runs nothing foreign."""
    exact = editor.get(f"{PATH}/mail/all.html", exact="1")
    galley = studio.side.desk.galley(SLUG)
    assert "Is microneedling for you?" in exact.text
    assert len(exact.content) == pytest.approx(len(galley.rendition().html.encode()), abs=600)
    policy = editor.get(f"{PATH}/mail/all.html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin; default-src 'none'")


def test_the_letter_keeps_what_was_not_in_the_form(studio: Studio, editor: Client) -> None:
    """Only the fields that came are written; comments and all else stay."""
    before = text_of(studio)
    editor.post(f"{PATH}/letter", {"subject": "Another", "version": version(editor)})
    assert text_of(studio) == before.replace("Is microneedling for you?", "Another")


def test_a_stale_page_overwrites_nothing(studio: Studio, editor: Client) -> None:
    """Both versions are shown; one button keeps mine over the version that was shown."""
    seen = version(editor)
    editor.post(f"{PATH}/letter", {"subject": "First", "version": seen})
    answer = editor.post(f"{PATH}/letter", {"subject": "Second", "version": seen})
    assert answer.status_code == 409
    assert "First" in answer.text
    assert "Second" in answer.text
    assert "subject: First" in text_of(studio)
    mine = re.search(r'name="mine"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    now = re.search(r'name="version" value="([0-9a-f]{64})"', answer.text)
    assert mine
    assert now
    chosen = {"choice": "mine", "mine": html.unescape(mine[1]), "version": now[1]}
    editor.post(f"{PATH}/file", {**chosen, "file": f"issues/{SLUG}.md"})
    assert "subject: Second" in text_of(studio)


def test_a_script_is_told_of_a_conflict(studio: Studio, editor: Client) -> None:
    """It gets both versions to show, and nothing is written."""
    seen = version(editor)
    editor.post(f"{PATH}/letter", {"subject": "First", "version": seen})
    said = editor.post(f"{PATH}/letter", {"subject": "Second", "version": seen}, part=True).json()
    assert "In the file now" in said["conflict"]
    assert "Second" not in text_of(studio)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ({"act": "down 1:microneedling/ask-first"}, (2, "microneedling/ask-first")),
        (
            {"act": "move", "section": "1:microneedling/ask-first", "to": "0"},
            (0, "microneedling/ask-first"),
        ),
        ({"act": "add microneedling/pores"}, (-1, "microneedling/pores")),
        ({"act": "add divider", "at": "0"}, (0, "divider")),
    ],
)
def test_the_outline_writes_the_list(
    studio: Studio, editor: Client, act: dict[str, str], expected: tuple[int, str]
) -> None:
    """Moving and adding change the order in the file."""
    editor.post(f"{PATH}/outline", {**act, "version": version(editor)})
    at, ref = expected
    assert refs(studio)[at] == ref


def test_removed_is_only_taken_out_and_comes_back(studio: Studio, editor: Client) -> None:
    """The snippet stays in the library; Undo brings the section back, Redo takes it out again."""
    before = text_of(studio)
    editor.post(f"{PATH}/outline", {"act": "remove 1:microneedling/ask-first"})
    assert "ask-first" not in text_of(studio)
    assert (studio.root / ASK_FIRST).exists()
    editor.post(f"{PATH}/undo")
    assert text_of(studio) == before
    editor.post(f"{PATH}/redo")
    assert "ask-first" not in text_of(studio)


def test_a_section_changes_only_here_or_everywhere(studio: Studio, editor: Client) -> None:
    """Here writes the issue, everywhere the snippet; nothing is written twice."""
    section = {"section": "1:microneedling/ask-first", "heading": "Ask these"}
    editor.post(f"{PATH}/section", {**section, "where": "here"})
    assert "Ask these" in text_of(studio)
    assert "Ask these" not in (studio.root / ASK_FIRST).read_text()
    before = text_of(studio)
    changed = {"section": "1:microneedling/ask-first", "body": "Four words are enough."}
    editor.post(f"{PATH}/section", {**changed, "where": "everywhere"})
    assert "Four words are enough." in (studio.root / ASK_FIRST).read_text()
    assert text_of(studio) == before


def test_saying_what_the_snippet_says_takes_the_override_back(
    studio: Studio, editor: Client
) -> None:
    """An override that says nothing else than the snippet is no override."""
    before = text_of(studio)
    section = {"section": "1:microneedling/ask-first", "where": "here"}
    editor.post(f"{PATH}/section", {**section, "heading": "Ask these"})
    editor.post(f"{PATH}/section", {**section, "heading": "Four questions to take with you"})
    assert text_of(studio) == before


def test_the_editor_tells_who_else_uses_a_snippet(studio: Studio, editor: Client) -> None:
    """Everywhere says which issues need approval again."""
    other = "2026-12-01-why-microneedling-works"
    shared = "microneedling/collagen"
    editor.post(f"{PATH}/outline", {"act": f"add {shared}"})
    composition = studio.side.desk.composition(other)
    approve(studio.store, composition, by="Paul", clock=studio.app.clock)
    last = len(refs(studio)) - 1
    page = shown(editor.get(f"{PATH}/parts/section", section=f"{last}:{shared}"))
    assert "Also in" in page
    assert "must be approved again" in page


def test_checks_tell_place_standing_and_size(studio: Studio, editor: Client) -> None:
    """Findings lead to their section; an approval that no longer fits is told in words."""
    composition = studio.side.desk.composition(SLUG)
    approve(studio.store, composition, by="Paul", clock=studio.app.clock)
    assert "Approved" in editor.get(f"{PATH}/parts/checks").text
    snippet = studio.root / ASK_FIRST
    snippet.write_text(
        f"{snippet.read_text().rstrip()}\n\nMore in [here](https://example.com/q).\n"
    )
    page = shown(editor.get(f"{PATH}/parts/checks"))
    assert "Changed since Paul approved it" in page
    assert 'data-section="1:microneedling/ask-first"' in page
    assert f"{ASK_FIRST}:" in page
    assert "as sent" in page


def test_a_broken_file_says_what_and_where_and_stays_editable(
    studio: Studio, editor: Client
) -> None:
    """The outline and the letter stay; the preview tells path and line."""
    file = studio.root / "issues" / f"{SLUG}.md"
    file.write_text(text_of(studio).replace("microneedling/ask-first", "microneedling/ask-frist"))
    page = shown(editor.get(PATH))
    assert "This needs mending before it can be shown" in page
    assert "not in the library" in page
    editor.post(f"{PATH}/outline", {"act": "remove 1:microneedling/ask-frist"})
    assert "This needs mending" not in editor.get(PATH).text


def test_marks_lead_from_words_to_lines(studio: Studio, editor: Client) -> None:
    """Each mark has a file, a line and the section's position."""
    said = editor.get(f"{PATH}/marks").json()
    sections = {section for _, _, section in said["spots"]}
    assert sections >= {-1, 0, 1}
    assert said["sign"] in said["html"]
    assert "style=" not in said["html"]


def test_readers_are_counted_by_variant_and_the_time_is_said(
    studio: Studio, editor: Client
) -> None:
    """The sentence has day, place, how long, and how many."""
    page = shown(editor.get(f"{PATH}/parts/reach"))
    assert re.search(r"12 January 2027, 09:00\s+in Berlin, in \d+ days, 0 readers", page)
    assert "Everyone who confirmed" in page


def test_an_editor_sees_no_reader(studio: Studio, editor: Client) -> None:
    """Who may not see addresses can not ask for a reader's mail, by hand either."""
    page = shown(editor.get(PATH))
    assert "real reader" not in page
    answer = editor.get(f"{PATH}/mail/all.html?as=anna@example.test")
    assert answer.status_code == 200
    assert "anna@example.test" not in answer.text
    publisher = studio.client(Role.PUBLISHER)
    assert "real reader" in shown(publisher.get(PATH))


def test_a_publisher_sees_a_readers_letter_without_the_address(studio: Studio) -> None:
    """By number, masked; an address opens nothing, whether it is on the list or not."""
    file = studio.root / "issues" / f"{SLUG}.md"
    file.write_text(file.read_text() + '\nFor {{ subscriber.email | default("you") }}.\n')
    reader = NewReader("anna@example.test", first_name="Anna")
    import_readers(studio.store, [reader], studio.app.clock.now())
    publisher, admin = studio.client(Role.PUBLISHER), studio.client(Role.ADMIN)
    mail = publisher.get(f"{PATH}/mail/all.html?as=1").text
    assert "a•••@e•••.test" in mail
    assert "anna@example.test" not in mail
    for address in ("anna@example.test", "nobody@example.test"):
        refused = publisher.get(f"{PATH}/mail/all.txt?as={address}", part=True)
        assert "addresses are for admins" in refused.json()["problem"]
    assert "anna@example.test" in admin.get(f"{PATH}/mail/all.html?as=anna@example.test").text


def test_what_is_broken_can_stand_in_the_letters_frame(studio: Studio, editor: Client) -> None:
    """Pages of the studio refuse every frame; this one answers in the letter's place."""
    file = studio.root / "issues" / f"{SLUG}.md"
    file.write_text(file.read_text().replace("subject:", "subjct:", 1))
    answer = editor.get(f"{PATH}/mail/all.html")
    assert "subjct" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert policy.startswith("sandbox allow-same-origin;")


def test_the_library_says_when_readers_saw_it(studio: Studio, editor: Client) -> None:
    """Search, topic and kind narrow it down; what is in the issue already is marked."""
    every = shown(editor.get(f"{PATH}/add"))
    assert "In this issue already" in every
    assert "not sent yet" in every
    few = shown(editor.get(f"{PATH}/add", words="pores", kind="tip"))
    assert few.count('class="offer') < every.count('class="offer')


def test_a_new_snippet_goes_into_library_and_issue(studio: Studio, editor: Client) -> None:
    """A refused one is shown again with what was typed."""
    typed = {"title": "Sun and skin", "topic": "skincare", "kind": "tip", "body": "Wear a hat."}
    refused = editor.post(f"{PATH}/write", {**typed, "kind": "nonsense"})
    assert refused.status_code == 400
    assert "Wear a hat." in refused.text
    editor.post(f"{PATH}/write", typed)
    assert "skincare/sun-and-skin" in text_of(studio)
    assert (studio.root / "issues/topics/skincare/sun-and-skin.md").exists()


def test_a_section_is_kept_as_a_snippet(studio: Studio, editor: Client) -> None:
    """With what it said only here; the issue names the new one."""
    section = "1:microneedling/ask-first"
    editor.post(f"{PATH}/section", {"section": section, "where": "here", "heading": "Ask these"})
    kept = {"section": section, "title": "Ask these", "topic": "microneedling"}
    editor.post(f"{PATH}/keep", kept)
    assert "Ask these" in (studio.root / "issues/topics/microneedling/ask-these.md").read_text()
    assert refs(studio)[1] == "microneedling/ask-these"


def test_what_changed_is_told_twice(studio: Studio, editor: Client) -> None:
    """Since the approval, and since the issue before."""
    approve(studio.store, studio.side.desk.composition(SLUG), by="Paul", clock=studio.app.clock)
    editor.post(f"{PATH}/letter", {"subject": "Quite another"})
    page = shown(editor.get(f"{PATH}/difference"))
    assert "Quite another" in page
    assert "as Paul approved it" in page
    assert "issue 13" in page


def test_inboxes_cut_where_they_cut() -> None:
    """A long subject is cut on a phone and whole on the web."""
    phone, web, _ = inbox_rows("A subject of some forty-five signs, or even so", "And more")
    assert phone.is_cut
    assert phone.subject.endswith("…")
    assert not web.is_cut


@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fnewsletter.toml", "14"])
def test_only_a_slug_names_an_issue(editor: Client, name: str) -> None:
    """Numbers and paths lead nowhere here."""
    assert editor.get(f"/studio/issues/{name}").status_code == 404


def test_what_is_written_stays_text(studio: Studio, editor: Client) -> None:
    """Hostile words are shown, not run."""
    evil = "<script>alert(1)</script>\"'>"
    editor.post(f"{PATH}/letter", {"subject": evil, "preheader": evil})
    for path in (PATH, f"{PATH}/parts/outline", f"{PATH}/difference"):
        assert "<script>alert" not in editor.get(path).text


def test_the_site_is_watched_for_every_change(studio: Studio, editor: Client, site: Path) -> None:
    """The version on the page is that of the files."""
    seen = re.search(r'id="issue"[^>]*data-version="([0-9a-f]+)"', editor.get(PATH).text)
    assert seen
    assert seen[1] == studio.side.desk.version()


def test_everywhere_names_the_issues_that_wait_approved(studio: Studio, editor: Client) -> None:
    """They need approval again; one that went out does not: its readers keep what they got."""
    made = editor.post(f"/studio/board/{SLUG}/duplicate").headers["location"].rpartition("/")[2]
    composition = studio.app.compose(made)
    number = composition.issue.number
    part = f"{PATH}/parts/section"
    section = "1:microneedling/ask-first"
    assert f"issue {number}" in shown(editor.get(part, section=section))
    approve(studio.store, composition, by="Paul", clock=studio.app.clock)
    told = f"Everywhere means that issue {number} must be approved again"
    assert told in shown(editor.get(part, section=section))
    world = World(studio.store, SettableClock(datetime.now(UTC)))
    world.begin(1, number)
    world.send_rung()
    assert told not in shown(editor.get(part, section=section))
