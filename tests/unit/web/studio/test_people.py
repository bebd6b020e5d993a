"""Pages about people: one's own account, everybody's, and the audit log."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from newsletter.model.person import Role
from tests.peers_ledger import SettableClock
from tests.studio import PASSWORD, Studio
from tests.unit.web.studio.test_signing_in import NEW, cookie

ADMIN_PAGES = (
    "/people",
    "/people/invite",
    "/people/1",
    "/people/1/deactivate",
    "/audit",
    "/audit.csv",
)
ADMIN_ACTS = (
    ("/people/invite", {"email": "eve@evil.test", "role": "admin"}),
    ("/people/uninvite", {"link": "1"}),
    ("/people/1/role", {"role": "editor"}),
    ("/people/1/link", {}),
    ("/people/1/sessions", {}),
    ("/people/1/deactivate", {}),
    ("/people/1/activate", {}),
)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.PUBLISHER])
def test_only_admins_see_and_change_people(studio: Studio, role: Role) -> None:
    """By link and by hand-made request; nothing is changed and nothing told."""
    client = studio.client(role)
    for path in ADMIN_PAGES:
        answer = client.get(f"/studio{path}")
        assert answer.status_code == 403
        assert "admin@team.test" not in answer.text
    for path, form in ADMIN_ACTS:
        assert client.post(f"/studio{path}", form).status_code == 403
    assert studio.person(Role.ADMIN).is_active
    assert studio.side.accounts.invitations() == ()


@pytest.mark.parametrize(("path", "form"), ADMIN_ACTS)
def test_every_act_needs_the_sessions_secret(
    studio: Studio, path: str, form: dict[str, str]
) -> None:
    """A page elsewhere can not act for an admin who is signed in."""
    client = studio.client(Role.ADMIN)
    before = studio.side.accounts.entries()
    assert client.post(f"/studio{path}", form, csrf="").status_code == 403
    assert studio.side.accounts.entries() == before


def test_an_admin_invites_by_a_link_shown_once(studio: Studio) -> None:
    """The link stands on that page and nowhere else; the list says who is awaited."""
    client = studio.client(Role.ADMIN)
    wrong = client.post("/studio/people/invite", {"email": "gina", "role": "publisher"})
    assert wrong.status_code == 400
    assert "no address one can write to" in wrong.text
    page = client.post("/studio/people/invite", {"email": "gina@team.test", "role": "publisher"})
    found = re.search(r'value="[^"]*/studio/link/([^"]+)"', page.text)
    assert found
    link = studio.side.accounts.link_for(found[1])
    assert link
    assert (link.email, link.role) == ("gina@team.test", Role.PUBLISHER)
    roll = client.get("/studio/people").text
    assert "gina@team.test" in roll
    assert found[1] not in roll + client.get("/studio/audit").text
    client.post("/studio/people/uninvite", {"link": str(link.id)})
    assert studio.side.accounts.link_for(found[1]) is None


def test_an_admin_changes_a_role(studio: Studio) -> None:
    """It counts at once, for who was signed in, too."""
    editor, client = studio.person(Role.EDITOR), studio.client(Role.ADMIN)
    theirs = studio.client(Role.EDITOR)
    page = f"/studio/people/{editor.id}"
    answer = client.post(f"{page}/role", {"role": "publisher"})
    assert answer.headers["location"] == page
    assert "Edda Writer is publisher now" in client.get(page).text
    assert theirs.get("/studio/account").status_code == 303
    assert client.post(f"{page}/role", {"role": "emperor"}).status_code == 400
    assert studio.side.accounts.person(editor.id).role is Role.PUBLISHER


def test_the_last_admin_is_told_why_not(studio: Studio) -> None:
    """A page that says what to do first."""
    client = studio.client(Role.ADMIN)
    me = studio.person(Role.ADMIN)
    for path, form in (("role", {"role": "editor"}), ("deactivate", {})):
        answer = client.post(f"/studio/people/{me.id}/{path}", form)
        assert answer.status_code == 409
        assert "Make another person admin first" in answer.text


def test_an_admin_lets_someone_go_and_back(studio: Studio) -> None:
    """The question says what it comes to; signed out at once, activated with one button."""
    editor, client = studio.person(Role.EDITOR), studio.client(Role.ADMIN)
    page = f"/studio/people/{editor.id}"
    asked = client.get(f"{page}/deactivate").text
    assert "is signed out at once, in 1 browser" in asked
    assert 'dialog id="deactivate"' in client.get(page).text
    client.post(f"{page}/deactivate")
    assert studio.side.accounts.seat(studio.token(Role.EDITOR)) is None
    assert f'action="{page}/activate"' in client.get(page).text
    assert client.post(f"{page}/link").status_code == 409
    client.post(f"{page}/activate")
    assert studio.side.accounts.person(editor.id).is_active


def test_a_forgotten_password_is_a_link_from_an_admin(studio: Studio) -> None:
    """The person sets a new one with it, and the old one is worth nothing."""
    editor, client = studio.person(Role.EDITOR), studio.client(Role.ADMIN)
    page = client.post(f"/studio/people/{editor.id}/link").text
    found = re.search(r'value="[^"]*(/studio/link/[^"]+)"', page)
    assert found
    browser = studio.client()
    assert "Set a new password" in browser.get(found[1]).text
    assert browser.post(found[1], {"password": NEW}).status_code == 303
    for password, status in ((PASSWORD, 400), (NEW, 303)):
        form = {"email": editor.email, "password": password}
        assert studio.client().post("/studio/sign-in", form).status_code == status


@pytest.mark.parametrize("number", ["99", "0", "-1", "x", "9" * 40, "%C2%B2"])
def test_nobody_has_that_number(studio: Studio, number: str) -> None:
    """A page that says so, for every address of a person."""
    client = studio.client(Role.ADMIN)
    assert client.get(f"/studio/people/{number}").status_code == 404
    assert client.post(f"/studio/people/{number}/link").status_code == 404


def test_another_password_keeps_this_browser_alone(studio: Studio) -> None:
    """With a new cookie; the one before is worth nothing, here and elsewhere."""
    before = studio.token(Role.EDITOR)
    client = studio.client(Role.EDITOR)
    form = {"current": PASSWORD, "password": NEW}
    wrong = client.post("/studio/account/password", {**form, "current": "x"})
    assert wrong.status_code == 400
    assert "not your current password" in wrong.text
    assert NEW not in wrong.text
    answer = client.post("/studio/account/password", form)
    new = cookie(answer)["value"]
    assert studio.side.accounts.seat(before) is None
    assert studio.side.accounts.seat(new)
    assert "Every other browser is signed out" in client.get("/studio/account").text


def test_a_person_sees_and_ends_their_sessions(studio: Studio) -> None:
    """In words; another person's can not be ended, whatever number is posted."""
    studio.token(Role.EDITOR)
    agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X) Gecko/20100101 Firefox/131.0"
    accounts = studio.side.accounts
    other = accounts.sign_in("editor@team.test", PASSWORD, ip="203.0.113.7", user_agent=agent)
    client = studio.client(Role.EDITOR)
    page = client.get("/studio/account").text
    assert "Firefox on a Mac" in page
    assert "203.0.113.7" in page
    seat = accounts.seat(other)
    assert seat
    path, form = "/studio/account/sessions", {"session": str(seat.session)}
    assert studio.client(Role.PUBLISHER).post(path, form).status_code == 404
    assert client.post(path, {"session": "x"}).status_code == 400
    assert accounts.seat(other)
    assert client.post(path, form).status_code == 303
    assert accounts.seat(other) is None
    assert client.post(path, {"session": "others"}).status_code == 303
    assert client.get("/studio/account").status_code == 200


def test_a_person_takes_another_name(studio: Studio) -> None:
    """Shown at once, escaped; no name is no name."""
    client = studio.client(Role.EDITOR)
    assert client.post("/studio/account/name", {"name": " "}).status_code == 400
    client.post("/studio/account/name", {"name": "Edda <i>"})
    assert "Edda &lt;i&gt;" in client.get("/studio/account").text


def test_the_log_is_read_page_by_page(studio: Studio, clock: SettableClock) -> None:
    """Newest first, by day, with what people wrote as text."""
    admin = studio.person(Role.ADMIN)
    for number in range(1, 61):
        studio.side.accounts.record(admin, "approved", f"issue {number} <b>", {"note": "<i>"})
    client = studio.client(Role.ADMIN)
    first = client.get("/studio/audit").text
    assert "issue 60 &lt;b&gt;" in first
    assert "note: &lt;i&gt;" in first
    assert "issue 10 &lt;b&gt;" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = client.get(older[1]).text
    assert "issue 10 &lt;b&gt;" in second
    assert "issue 11 &lt;b&gt;" not in second


def test_the_log_is_sought(studio: Studio, clock: SettableClock) -> None:
    """By person, act, subject and day of the site's clock; a wrong day is told at its field."""
    clock.move(timedelta(days=3))
    admin = studio.person(Role.ADMIN)
    studio.side.accounts.record(admin, "paused", "issue 7")
    client = studio.client(Role.ADMIN)

    def shown(**asked: str) -> bool:
        return "paused: issue 7" in client.get("/studio/audit", **asked).text

    day = f"{clock.now():%Y-%m-%d}"
    before = f"{clock.now() - timedelta(days=1):%Y-%m-%d}"
    assert shown(name="Ada Min", action="paused", on="ISSUE 7", since=day, until=day)
    assert not shown(until=before)
    assert not shown(name="Edda Writer")
    wrong = client.get("/studio/audit", since="tomorrow")
    assert wrong.status_code == 400
    assert "Write a day as" in wrong.text
    assert client.get("/studio/audit", before="x", until="9999-12-31").status_code == 400


def test_the_log_is_a_file_that_a_spreadsheet_does_not_run(studio: Studio) -> None:
    """Every line that was sought; cells that begin a formula are made plain; taking it is told."""
    admin = studio.person(Role.ADMIN)
    studio.side.accounts.record(admin, "approved", "=cmd|' /C calc'!A0", {"n": 1, "to": "x"})
    answer = studio.client(Role.ADMIN).get("/studio/audit.csv", action="approved")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    header, line = list(csv.reader(io.StringIO(answer.text)))
    assert header == ["at", "who", "action", "on", "details", "ip"]
    assert line[1:5] == ["Ada Min", "approved", "'=cmd|' /C calc'!A0", "n: 1; to: x"]
    taken = studio.side.accounts.entries()[0]
    assert (taken.action, taken.details) == ("exported the audit log", {"action": "approved"})
