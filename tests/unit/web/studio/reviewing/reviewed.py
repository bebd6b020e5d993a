"""A letter on its way to an approval, in a browser that reads forms."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import httpx
from sqlalchemy import update

from newsletter.model.person import Role
from newsletter.model.review import PersonalLink
from newsletter.reviewing.asking import ask_for_approval, vouch
from newsletter.store.approvals import Approved, latest_approval
from newsletter.store.personal_links import find_link
from newsletter.store.tables import personal_link
from newsletter.web.studio.letter_views import room_of
from tests.factories import SNIPPET, write_site
from tests.studio import Client, Studio
from tests.unit.reviewing.review import LAYOUT

SLUG = "2026-12-01-why-microneedling-works"
PAGE = f"/studio/issues/{SLUG}"

ISSUE = """\
---
number: 12
subject: Why microneedling works
preheader: Tiny channels, new collagen, and what your serum has to do with it
layout: classic
snippets:
  - skin/collagen
---
Hello {{ subscriber.first_name | default("there") }}, this is about tiny channels and what they do.
"""


def write_letter(folder: Path) -> Path:
    """A site whose letter has warnings and no error, and is quick to make."""
    snippet = SNIPPET.replace("kind: tip", "kind: tip\nlink_text: More about collagen")
    files = {
        "issues/first.md": None,
        f"issues/{SLUG}.md": ISSUE,
        "issues/topics/skin/collagen.md": snippet,
        "templates/layouts/classic.mjml": LAYOUT,
    }
    return write_site(folder, files)


def field(page: httpx.Response | str, name: str) -> list[str]:
    """The values of every field of that name on a page."""
    text = page if isinstance(page, str) else page.text
    inputs = re.findall(r"<input[^>]*>", text)
    named = [each for each in inputs if f'name="{name}"' in each]
    return [unescape(value[1]) for each in named if (value := re.search(r'value="([^"]*)"', each))]


def decision(page: httpx.Response) -> dict[str, object]:
    """What the form of a page says when everything on it is ticked."""
    told: dict[str, object] = {"seen": field(page, "seen")[0], "accepted": field(page, "accepted")}
    return told | ({"mark": field(page, "mark")[0]} if field(page, "mark") else {})


def number(studio: Studio) -> int:
    """The number of the letter."""
    return studio.side.desk.galley(SLUG).issue.number


def approval(studio: Studio) -> Approved | None:
    """The newest approval of the letter."""
    with studio.store.read() as connection:
        return latest_approval(connection, number(studio))


def ask(studio: Studio, email: str = "lea@lawyers.test", note: str = "") -> PersonalLink:
    """A request for approval to somebody outside."""
    room = room_of(studio.side)
    person = vouch(room, "Lea Lawyer", email, "Paul Press")
    composition = studio.side.desk.composition(SLUG)
    return ask_for_approval(room, composition, person.id, by="Paul Press", note=note).link


def path_of(studio: Studio, link: PersonalLink) -> str:
    """Where a personal link leads, on this server."""
    return room_of(studio.side).address(link).removeprefix(studio.side.url)


def again(studio: Studio, link: PersonalLink) -> PersonalLink:
    """The link as it is kept now."""
    with studio.store.read() as connection:
        found = find_link(connection, link.id)
    assert found is not None
    return found


def let_end(studio: Studio, link: PersonalLink) -> None:
    """The days of a link are over."""
    with studio.store.write() as connection:
        mine = update(personal_link).where(personal_link.c.id == link.id)
        connection.execute(mine.values(expires_at=studio.store.now(connection)))


def rewrite(studio: Studio, old: str = "subject: Why", new: str = "subject: How") -> None:
    """Somebody edits the issue's file."""
    file = studio.root / "issues" / f"{SLUG}.md"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def outsider(studio: Studio) -> Client:
    """A browser of somebody without an account."""
    return studio.client(None)


def publisher(studio: Studio) -> Client:
    """A browser in which the publisher is signed in."""
    return studio.client(Role.PUBLISHER)
