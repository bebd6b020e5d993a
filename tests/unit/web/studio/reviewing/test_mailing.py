"""What the pages mail, as it arrives at the local SendGrid."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.model.person import Role
from newsletter.model.review import Post
from newsletter.reviewing.asking import vouch
from newsletter.reviewing.groups import save_group
from newsletter.sandbox import RunningSandbox, serve
from newsletter.store.personal_links import links_of
from newsletter.web.studio.letter_views import room_of
from tests import loopback
from tests.peers_ledger import SettableClock
from tests.studio import Studio
from tests.unit.web.studio.reviewing.reviewed import PAGE, number


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A local SendGrid."""
    with serve() as running:
        yield running


@pytest.fixture
def studio(
    site: Path, empty_database: Path, tmp_path: Path, clock: SettableClock, sandbox: RunningSandbox
) -> Iterator[Studio]:
    """A studio whose mails go there."""
    file = tmp_path / "newsletter.db"
    shutil.copy(empty_database, file)
    with Studio(site, f"sqlite:///{file}", clock, {"SENDGRID_URL": sandbox.url}) as made:
        yield made


def arrived(sandbox: RunningSandbox, address: str) -> list[dict[str, Any]]:
    """The mails at an address."""
    with loopback.client() as asking:
        told = asking.get(f"{sandbox.url}/_sandbox/messages", params={"to": address}).json()
    return list(told["messages"] if isinstance(told, dict) else told)


def test_an_editor_asks_an_approver_by_mail_once(studio: Studio, sandbox: RunningSandbox) -> None:
    """However often she clicks; the mail holds the link, her page does not."""
    room = room_of(studio.side)
    person = vouch(room, "Lea Lawyer", "lea@lawyers.test", "Paul Press")
    editor = studio.client(Role.EDITOR)
    for _ in range(2):
        asked = editor.post(f"{PAGE}/ask", {"whom": str(person.id), "days": "7"})
        assert asked.status_code == 303
    with studio.store.read() as connection:
        (link,) = links_of(connection, number(studio))
    assert link.post is Post.SENT
    (mail,) = arrived(sandbox, "lea@lawyers.test")
    assert room.address(link) in mail["text"]
    assert room.token(link) not in editor.get(f"{PAGE}/ask").text


def test_a_test_goes_to_oneself_or_a_group(studio: Studio, sandbox: RunningSandbox) -> None:
    """Nobody else gets one, and no reader is recorded as mailed."""
    save_group(room_of(studio.side), "Office", "ann@office.test bo@office.test", by="Paul Press")
    editor = studio.client(Role.EDITOR)
    form = {"persona": "sample", "variant": "all"}
    assert editor.post(f"{PAGE}/test", {**form, "to": "me"}).status_code == 303
    assert editor.post(f"{PAGE}/test", {**form, "to": "1"}).status_code == 303
    for address in ("editor@team.test", "ann@office.test", "bo@office.test"):
        (mail,) = arrived(sandbox, address)
        assert mail["subject"] == "[Test] Why microneedling works"


def test_a_second_click_sends_no_second_test(studio: Studio, sandbox: RunningSandbox) -> None:
    """The form has a name of its own; the same form again says that it was sent once."""
    editor = studio.client(Role.EDITOR)
    page = editor.get(f"{PAGE}/test").text
    (once,) = re.findall(r'name="once" value="(\w+)"', page)
    assert once not in editor.get(f"{PAGE}/test").text
    form = {"to": "me", "persona": "sample", "variant": "all", "once": once}
    assert [editor.post(f"{PAGE}/test", form).status_code for _ in range(2)] == [303, 303]
    assert "sent once, and not again" in editor.get(PAGE).text
    assert len(arrived(sandbox, "editor@team.test")) == 1


def test_ten_tests_in_ten_minutes_are_enough(studio: Studio, sandbox: RunningSandbox) -> None:
    """Said plainly, with when the next may go; another person is not held up by it."""
    editor = studio.client(Role.EDITOR)
    form = {"to": "me", "persona": "sample", "variant": "all"}
    for _ in range(10):
        assert editor.post(f"{PAGE}/test", form).status_code == 303
    refused = editor.post(f"{PAGE}/test", form)
    assert refused.status_code == 429
    assert "You sent 10 tests within ten minutes" in refused.text
    assert "The next can go in 10 minutes." in refused.text
    assert len(arrived(sandbox, "editor@team.test")) == 10
    assert studio.client(Role.PUBLISHER).post(f"{PAGE}/test", form).status_code == 303


def test_an_invitation_is_mailed_and_its_link_still_shown(
    studio: Studio, sandbox: RunningSandbox
) -> None:
    """The mail holds the very link; without the tick nothing is mailed."""
    admin = studio.client(Role.ADMIN)
    assert 'name="mail"' in admin.get("/studio/people/invite").text
    form = {"email": "gina@team.test", "role": "publisher"}
    page = admin.post("/studio/people/invite", {**form, "mail": "yes"}).text
    assert "A mail with this link is on its way to gina@team.test" in page
    (link,) = re.findall(r'value="([^"]*/studio/link/[^"]+)"', page)
    (mail,) = arrived(sandbox, "gina@team.test")
    assert link in mail["text"]
    assert mail["subject"] == "You are invited to work on Test Letter"
    assert "mailed an invitation" in admin.get("/studio/audit").text
    admin.post("/studio/people/invite", form)
    assert len(arrived(sandbox, "gina@team.test")) == 1


def test_an_invitation_that_is_not_taken_is_handed_over(
    studio: Studio, sandbox: RunningSandbox
) -> None:
    """The page says so, and the link is there."""
    sandbox.stop()
    form = {"email": "gina@team.test", "role": "editor", "mail": "yes"}
    page = studio.client(Role.ADMIN).post("/studio/people/invite", form).text
    assert "The mail to gina@team.test was not taken" in page
    assert "/studio/link/" in page
