"""The approve page: the rehearsal, and who may press the button."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from newsletter.dispatching.planning import Plan, schedule
from newsletter.model.person import Role
from newsletter.reviewing.seeing import seen_mark, warnings_of
from newsletter.store.dispatches import load_dispatch
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.web.studio.app import create_studio
from newsletter.web.studio.serving import studio_pictures
from tests.studio import Studio
from tests.unit.web.studio.reviewing.reviewed import (
    PAGE,
    SLUG,
    approval,
    decision,
    field,
    publisher,
    rewrite,
)

APPROVE = f"{PAGE}/approve"


def bring(studio: Studio, *names: str) -> None:
    rows = [NewReader(f"r{at}@reader.test", first_name=name) for at, name in enumerate(names)]
    import_readers(studio.store, rows, studio.app.clock.now())


def test_a_publisher_approves_what_she_was_shown(studio: Studio) -> None:
    """Under her name; the page after says that it is not scheduled, and what comes next."""
    browser = publisher(studio)
    page = browser.get(APPROVE)
    assert page.status_code == 200
    done = browser.post(APPROVE, decision(page))
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}/approved")
    found = approval(studio)
    assert found is not None
    assert found.by == "Paul Press"
    after = browser.get(f"{PAGE}/approved").text
    assert "not scheduled" in after
    assert f"{PAGE}/schedule" in after
    (entry,) = [each for each in studio.side.accounts.entries() if each.action == "approve"]
    assert (entry.name, entry.on) == ("Paul Press", SLUG)


def test_an_editor_can_not_approve(studio: Studio) -> None:
    """Neither by a button, which she does not get, nor by a request made by hand."""
    shown = decision(publisher(studio).get(APPROVE))
    editor = studio.client(Role.EDITOR)
    assert editor.get(APPROVE).status_code == 403
    assert editor.post(APPROVE, shown).status_code == 403
    assert approval(studio) is None


def test_nobody_approves_without_signing_in_or_from_another_page(studio: Studio) -> None:
    """A form without the session's secret is refused, and so is one from another site."""
    browser = publisher(studio)
    shown = decision(browser.get(APPROVE))
    assert studio.client(None).post(APPROVE, shown).status_code == 303
    assert browser.post(APPROVE, shown, csrf="").status_code == 403
    foreign = browser.asking.post(
        APPROVE, data={**shown, "csrf": browser.csrf}, headers={"Origin": "https://evil.test"}
    )
    assert foreign.status_code == 403
    assert approval(studio) is None


def test_files_that_changed_meanwhile_are_not_approved(studio: Studio) -> None:
    """The page says so, shows the letter as it is now, and counts nothing that was ticked."""
    browser = publisher(studio)
    shown = decision(browser.get(APPROVE))
    rewrite(studio)
    refused = browser.post(APPROVE, shown)
    assert refused.status_code == 409
    assert "changed while you were reading" in refused.text
    assert "How microneedling works" in refused.text
    assert field(refused, "seen") != [shown["seen"]]
    assert approval(studio) is None


def test_a_warning_is_ticked_before(studio: Studio) -> None:
    """The page asks for each again, and keeps the others ticked."""
    browser = publisher(studio)
    page = browser.get(APPROVE)
    keys = field(page, "accepted")
    assert keys
    refused = browser.post(APPROVE, {**decision(page), "accepted": keys[1:]})
    assert refused.status_code == 400
    assert "not accepted yet" in refused.text
    assert approval(studio) is None
    assert browser.post(APPROVE, decision(refused)).status_code == 303
    found = approval(studio)
    assert found is not None
    kept = [each.acknowledged for each in found.findings]
    assert "accepted by Paul Press" in kept


def test_the_rehearsal_shows_who_gets_what_and_their_mails(studio: Studio) -> None:
    """Each reader's own mail stands in a frame in which nothing runs."""
    bring(studio, "Ann", "<Bo>", "")
    browser = publisher(studio)
    page = browser.get(APPROVE).text
    assert "3 readers today" in page
    assert "Drawn by chance" in page
    assert "The strangest" in page
    assert page.count('sandbox="allow-same-origin"') == page.count("<iframe")
    assert "@reader.test" not in page
    mail = browser.get(f"{APPROVE}/readers/2.html")
    assert "&lt;Bo&gt;" in mail.text
    assert "sandbox allow-same-origin" in mail.headers["content-security-policy"]
    assert "allow-scripts" not in mail.headers["content-security-policy"]
    assert "default-src 'none'" in mail.headers["content-security-policy"]
    assert browser.get(f"{APPROVE}/readers/99.html").status_code == 404
    assert studio.client(Role.EDITOR).get(f"{APPROVE}/readers/2.html").status_code == 403


def test_a_scheduled_letter_is_bound_anew_when_that_is_ticked(studio: Studio) -> None:
    """It keeps its time."""
    bring(studio, "Ann")
    browser = publisher(studio)
    browser.post(APPROVE, decision(browser.get(APPROVE)))
    first = approval(studio)
    assert first is not None
    due = studio.app.clock.now() + timedelta(days=3)
    made = schedule(studio.store, first.id, Plan(due, by="Paul Press")).dispatch
    rewrite(studio)
    page = browser.get(APPROVE)
    refused = browser.post(APPROVE, decision(page))
    assert refused.status_code == 400
    assert "on the calendar" in refused.text
    assert browser.post(APPROVE, {**decision(page), "rebind": "yes"}).status_code == 303
    second = approval(studio)
    assert second is not None
    with studio.store.read() as connection:
        bound = load_dispatch(connection, made.id)
    assert (bound.approval_id, bound.due_at) == (second.id, due)
    assert "Approved, and scheduled" in browser.get(f"{PAGE}/approved").text


def test_an_error_blocks(studio: Studio) -> None:
    """There is no button, and a request made by hand is refused."""
    browser = publisher(studio)
    layout = studio.root / "templates/layouts/classic.mjml"
    layout.write_text(layout.read_text().replace("{{ links.unsubscribe }}", "https://x.test/"))
    page = browser.get(APPROVE)
    assert "from being approved" in page.text
    assert "Approve as" not in page.text
    composition = studio.side.desk.composition(SLUG)
    by_hand = {"seen": seen_mark(composition), "accepted": list(warnings_of(composition))}
    refused = browser.post(APPROVE, by_hand)
    assert refused.status_code == 409
    assert "has errors" in refused.text
    assert approval(studio) is None


def test_where_two_people_are_asked_for_the_author_gets_no_button(studio: Studio) -> None:
    """Nor may she approve by a request made by hand; a colleague may."""
    settings = studio.app.settings
    strict = replace(settings, studio=replace(settings.studio, two_people=True))
    side = replace(studio.side, app=replace(studio.app, settings=strict))
    asgi = create_studio(side, pictures=studio_pictures(side))
    author, colleague = studio.person(Role.PUBLISHER), studio.client(Role.ADMIN, asgi)
    side.accounts.record(author, "issue.edited", SLUG)
    browser = studio.client(Role.PUBLISHER, asgi)
    page = browser.get(APPROVE)
    assert "somebody else" in page.text
    assert "Approve as" not in page.text
    shown = decision(colleague.get(APPROVE))
    assert browser.post(APPROVE, shown).status_code == 409
    assert approval(studio) is None
    side.accounts.rename(author, "Somebody Else")
    assert browser.post(APPROVE, shown).status_code == 409
    assert approval(studio) is None
    assert colleague.post(APPROVE, shown).status_code == 303


def test_a_letter_that_does_not_exist_is_not_found(studio: Studio) -> None:
    """By a page, without a traceback."""
    browser = publisher(studio)
    for page in ("approve", "approved", "ask", "share", "test"):
        assert browser.get(f"/studio/issues/none-such/{page}").status_code == 404
