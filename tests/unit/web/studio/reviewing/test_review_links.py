"""The page behind a personal link that asks for approval, and the page that asks."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from newsletter.model.person import Role
from newsletter.model.review import Answer, Post
from newsletter.reviewing.links import take_back
from newsletter.store.notices import latest_notices
from newsletter.store.personal_links import links_of
from newsletter.store.reviews import approvers
from newsletter.web.studio.app import create_studio
from newsletter.web.studio.letter_views import room_of
from newsletter.web.studio.serving import studio_pictures
from tests.studio import Studio
from tests.unit.web.studio.reviewing.reviewed import (
    PAGE,
    again,
    approval,
    ask,
    decision,
    field,
    let_end,
    number,
    outsider,
    path_of,
    publisher,
    rewrite,
)

ASK = f"{PAGE}/ask"
SOMEONE = {"whom": "new", "name": "Lea Lawyer", "email": "lea@lawyers.test", "days": "7"}


def test_somebody_without_an_account_approves(studio: Studio) -> None:
    """What was shown is frozen under her name, once; opening the link changed nothing."""
    link = ask(studio, note="Mind the <second> tip.")
    browser, path = outsider(studio), path_of(studio, link)
    page = browser.get(path)
    assert page.status_code == 200
    assert "Mind the &lt;second&gt; tip." in page.text
    assert again(studio, link) == link
    done = browser.post(path, {**decision(page), "answer": "approve"})
    assert (done.status_code, done.headers["location"]) == (303, path)
    found = approval(studio)
    assert found is not None
    assert (found.by, again(studio, link).approval_id) == ("Lea Lawyer", found.id)
    after = browser.get(path).text
    assert "You approved it" in after
    assert "Approve as" not in after
    assert browser.post(path, {**decision(page), "answer": "approve"}).status_code == 409
    still = approval(studio)
    assert still is not None
    assert still.id == found.id


def test_a_letter_is_sent_back_with_a_comment(studio: Studio) -> None:
    """People of the site read it, as text."""
    link = ask(studio)
    browser, path = outsider(studio), path_of(studio, link)
    shown = decision(browser.get(path))
    empty = browser.post(path, {**shown, "answer": "send_back", "comment": " "})
    assert empty.status_code == 400
    assert "what should change" in empty.text
    words = "No <script>alert(1)</script> please"
    assert browser.post(path, {**shown, "answer": "send_back", "comment": words}).status_code == 303
    assert again(studio, link).answer is Answer.SENT_BACK
    page = publisher(studio).get(ASK).text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    with studio.store.read() as connection:
        (told,) = latest_notices(connection, 5)
    assert told.words == words
    assert approval(studio) is None


def test_an_answer_to_another_letter_is_refused(studio: Studio) -> None:
    """Changed files mean another letter, whichever answer it was."""
    link = ask(studio)
    browser, path = outsider(studio), path_of(studio, link)
    shown = decision(browser.get(path))
    rewrite(studio)
    for answer in ({"answer": "approve"}, {"answer": "send_back", "comment": "No."}):
        refused = browser.post(path, {**shown, **answer})
        assert refused.status_code == 409
        assert "changed while you were reading" in refused.text
    assert again(studio, link) == link
    assert approval(studio) is None
    assert browser.post(path, {**decision(refused), "answer": "approve"}).status_code == 303


def test_a_letter_that_is_being_worked_on_shows_no_file(studio: Studio) -> None:
    """Its lines and names are for people of the site, after a button as before it."""
    link = ask(studio)
    browser, path = outsider(studio), path_of(studio, link)
    shown = {**decision(browser.get(path)), "answer": "approve"}
    for file in (studio.root / "issues").glob("*.md"):
        file.write_text(file.read_text().replace("subject:", "subjct:", 1))
    for answer in (browser.get(path), browser.post(path, shown)):
        assert answer.status_code == 409
        assert "working on it" in answer.text
        assert ".md" not in answer.text


def test_a_link_that_ended_was_altered_or_taken_back_opens_a_plain_page(studio: Studio) -> None:
    """Which says what to do, shows nothing of the letter, and takes no answer."""
    link = ask(studio)
    browser, path = outsider(studio), path_of(studio, link)
    shown = {**decision(browser.get(path)), "answer": "approve"}
    altered = path[:-3] + ("AAA" if path[-3:] != "AAA" else "BBB")
    _require_closed(browser.get(altered), 404, "does not open anything")
    assert browser.post(altered, shown).status_code == 404
    take_back(room_of(studio.side), link.id, "Paul Press")
    _require_closed(browser.get(path), 410, "taken back")
    assert browser.post(path, shown).status_code == 410
    assert browser.get(f"{path}/letter/all.html").status_code == 410
    other = ask(studio, "bo@lawyers.test")
    let_end(studio, other)
    _require_closed(browser.get(path_of(studio, other)), 410, "has ended")
    assert browser.post(path_of(studio, other), shown).status_code == 410
    assert approval(studio) is None


def _require_closed(page: httpx.Response, status: int, words: str) -> None:
    assert page.status_code == status
    assert words in page.text
    assert "microneedling" not in page.text.lower()
    assert "<form" not in page.text


def test_a_form_from_elsewhere_decides_nothing(studio: Studio) -> None:
    """Without the page's own mark, with another link's, or from another site."""
    link, other = ask(studio), ask(studio, "bo@lawyers.test")
    browser, path = outsider(studio), path_of(studio, link)
    shown = {**decision(browser.get(path)), "answer": "approve"}
    foreign = field(browser.get(path_of(studio, other)), "mark")[0]
    for mark in ("", path.rpartition("/")[2], foreign):
        assert browser.post(path, {**shown, "mark": mark}).status_code == 409
    evil = browser.asking.post(path, data=shown, headers={"Origin": "https://evil.test"})
    assert evil.status_code == 403
    assert approval(studio) is None


def test_a_link_to_approve_shows_the_letter_with_made_up_readers(studio: Studio) -> None:
    """In a frame in which nothing runs; whatever the address says, no reader is shown."""
    browser, path = outsider(studio), path_of(studio, ask(studio))
    frame = browser.get(f"{path}/letter/all.html", persona="apostrophe", reader="Real Name")
    assert "D&#x27;Arcy" in frame.text or "D&#39;Arcy" in frame.text
    assert "Real Name" not in frame.text
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-same-origin; default-src 'none'")
    assert 'sandbox="allow-same-origin"' in browser.get(path).text


def test_a_publisher_asks_somebody_new(studio: Studio) -> None:
    """Without a way to send, the link is there to hand over; a second click asks nobody twice."""
    browser = publisher(studio)
    for _ in range(2):
        assert browser.post(ASK, SOMEONE).status_code == 303
    with studio.store.read() as connection:
        (link,) = links_of(connection, number(studio))
    assert (link.name, link.email, link.post) == ("Lea Lawyer", "lea@lawyers.test", Post.NONE)
    assert room_of(studio.side).address(link) in browser.get(ASK).text


def test_an_editor_asks_only_whom_a_publisher_vouched_for(studio: Studio) -> None:
    """She sees neither address nor link: by either she could approve in another's name."""
    link = ask(studio)
    editor = studio.client(Role.EDITOR)
    page = editor.get(ASK).text
    assert "Lea Lawyer" in page
    assert "lea@lawyers.test" not in page
    assert room_of(studio.side).token(link) not in page
    refused = editor.post(ASK, {**SOMEONE, "email": "editor@team.test"})
    assert refused.status_code == 400
    with studio.store.read() as connection:
        assert [each.email for each in approvers(connection)] == ["lea@lawyers.test"]
        (known,) = approvers(connection)
    rewrite(studio)
    silent = editor.post(ASK, {"whom": str(known.id), "days": "7"})
    assert "Nothing is set up to send mail" in silent.text
    with studio.store.read() as connection:
        assert len(links_of(connection, number(studio))) == 1


def test_where_two_people_are_asked_for_nobody_sees_a_link(studio: Studio) -> None:
    """It is mailed, and nothing else: who asks could answer herself otherwise."""
    settings = studio.app.settings
    strict = replace(settings, studio=replace(settings.studio, two_people=True))
    side = replace(studio.side, app=replace(studio.app, settings=strict))
    asgi = create_studio(side, pictures=studio_pictures(side))
    link = ask(studio)
    browser = studio.client(Role.ADMIN, asgi)
    assert room_of(studio.side).token(link) not in browser.get(ASK).text
    assert "Nothing is set up" in browser.post(ASK, SOMEONE).text


def test_a_link_is_revoked_after_a_question(studio: Studio) -> None:
    """The question changes nothing; afterwards the link opens nothing."""
    link = ask(studio)
    browser, path = publisher(studio), f"{PAGE}/links/{link.id}/revoke"
    assert "Revoke this link?" in browser.get(path).text
    assert again(studio, link).revoked_at is None
    assert browser.post(path).status_code == 303
    assert again(studio, link).revoked_by == "Paul Press"
    assert browser.post(f"{PAGE}/links/999/revoke").status_code == 404


@pytest.mark.parametrize("days", ["", "0", "x", "400", "-3"])
def test_a_form_with_other_days_is_refused(studio: Studio, days: str) -> None:
    """By a sentence beside what was typed."""
    refused = publisher(studio).post(ASK, {**SOMEONE, "days": days})
    assert refused.status_code == 400
    assert "Lea Lawyer" in refused.text
