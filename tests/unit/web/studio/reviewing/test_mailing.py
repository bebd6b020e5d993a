"""What the pages mail, as it arrives at the local SendGrid."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from newsletter.model.person import Role
from newsletter.model.review import Post
from newsletter.reviewing.asking import vouch
from newsletter.reviewing.groups import save_group
from newsletter.sandbox import RunningSandbox, serve
from newsletter.store.personal_links import links_of
from newsletter.web.studio.letter_views import room_of
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
    with httpx.Client(trust_env=False) as asking:
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
