"""The library of snippets: every one with its look, searched by words, topic and kind."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from newsletter.authoring import Entry, library, search
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.snippet_standing import Standing
from newsletter.web.studio.visit import Visit

HOME = "/studio/snippets"
TILE = 480


@dataclass(frozen=True, slots=True)
class Card:
    """A snippet as the grid shows it.

    Attributes:
        seen: when readers saw it last, in words.
    """

    entry: Entry
    seen: str

    @property
    def href(self) -> str:
        """Its page."""
        return page_of(self.entry.ref)

    @property
    def picture(self) -> str:
        """The address of a small copy of its picture; empty without one."""
        return picture_of(self.entry.image)


class Library:
    """The grid."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [Address("/snippets", get=self.grid)]

    def grid(self, visit: Visit) -> Response:
        """Every snippet that has all the words, in that topic, of that kind."""
        words, topic, kind = (visit.query.get(name, "") for name in ("words", "topic", "kind"))
        entries = library(self.side.site)
        standing = Standing(self.side)
        found = search(entries, words, topic, kind)
        values = {
            "cards": [Card(entry, standing.last_seen(entry)) for entry in found],
            "all": len(entries),
            "words": words,
            "topic": topic,
            "kind": kind,
            "topics": sorted({(entry.topic, entry.topic_name) for entry in entries}),
            "kinds": sorted({entry.kind for entry in entries if entry.kind}),
        }
        return self.side.draw(visit, "snippets", values)


def page_of(ref: str) -> str:
    """The page of a snippet."""
    return f"{HOME}/{quote(ref)}"


def picture_of(name: str) -> str:
    """The address of a small copy of a picture; empty without a name."""
    return f"/studio/media/copy/{TILE}/{quote(name)}" if name else ""
