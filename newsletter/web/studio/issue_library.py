"""Adding to an issue: from the library, a new snippet, a button, a line; and keeping a piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from newsletter.authoring import (
    Entry,
    insert,
    library,
    name_from,
    new_snippet,
    replace_with,
    save_as_snippet,
    search,
)
from newsletter.errors import NewsletterError, UsageError
from newsletter.model.content import INLINE_KINDS
from newsletter.store.archive import sent_issues
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.issue_saving import saved
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Form, Visit

_WRITTEN = ("title", "kind", "body", "link", "link_text", "image", "alt")


@dataclass(frozen=True, slots=True)
class Offer:
    """A snippet of the library as it is offered.

    Attributes:
        seen: when readers last saw it, in words.
        is_in: whether this issue has it already.
    """

    entry: Entry
    seen: str
    is_in: bool


class IssueLibrary:
    """The library on the way into an issue."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """The pages to add from, and where their forms go."""
        return [
            Address("/issues/{slug}/add", get=self.page),
            Address("/issues/{slug}/write", get=self.form, post=self.write),
            Address("/issues/{slug}/keep", post=self.keep),
        ]

    def page(self, visit: Visit) -> Response:
        """What can be added; a script takes its list into the dialog."""
        bench = Bench.of(self.side, visit)
        return self.side.draw(visit, "issue_add", {"bench": bench, **self._offered(bench)})

    def form(self, visit: Visit) -> Response:
        """An empty snippet."""
        return self._form(Bench.of(self.side, visit))

    def write(self, visit: Visit) -> Response:
        """Put a new snippet into the library and into the issue."""
        bench, form = Bench.of(self.side, visit), visit.form
        try:
            ref = _new_name(bench, form)
            new_snippet(self.side.site, ref, {name: form.raw(name) for name in _WRITTEN})
        except NewsletterError as problem:
            return self._form(bench, str(problem))
        self.side.record(visit, "snippet.created", ref)
        path = bench.document.name
        return saved(bench, lambda text: insert(text, ref, 999, path=path), told="Added.")

    def keep(self, visit: Visit) -> Response:
        """Make a snippet of the library of what a section says, and name it there."""
        bench, form = Bench.of(self.side, visit), visit.form
        piece = next((p for p in bench.document.sections if p.id == form.one("section")), None)
        if piece is None:
            raise UsageError("That section is not there any more. Look at the outline again.")
        ref = _new_name(bench, form)
        fields = {"title": form.one("title"), "kind": form.one("kind")}
        told = {name: value for name, value in fields.items() if value}
        save_as_snippet(self.side.site, bench.document, piece, ref, told)
        self.side.record(visit, "snippet.created", ref)
        path = bench.document.name
        return saved(
            bench,
            lambda text: replace_with(text, piece.id, ref, path),
            told=f"Kept in the library as {ref}.",
        )

    def _form(self, bench: Bench, problem: str = "") -> Response:
        values = {"bench": bench, "typed": bench.visit.form, "problem": problem}
        more = {"kinds": kinds_of(bench), "topics": sorted(bench.library.topics)}
        status = 400 if problem else 200
        return self.side.draw(bench.visit, "issue_write", {**values, **more}, status)

    def _offered(self, bench: Bench) -> dict[str, Any]:
        query, entries = bench.visit.query, library(self.side.site)
        words, topic, kind = (query.get(name, "") for name in ("words", "topic", "kind"))
        used = {piece.ref for piece in bench.document.sections}
        seen = self._seen()
        return {
            "words": words,
            "topic": topic,
            "kind": kind,
            "topics": sorted({(each.topic, each.topic_name) for each in entries}),
            "kinds": kinds_of(bench),
            "offers": [
                Offer(each, _last_seen(each, seen), each.ref in used)
                for each in search(entries, words, topic, kind)
            ],
        }

    def _seen(self) -> dict[int, str]:
        """Issue number -> the day it went out, in words."""
        with self.side.store.read() as connection:
            sent = sent_issues(connection)
        return {each.number: f"{each.sent_at.day} {each.sent_at:%B %Y}" for each in sent}


def kinds_of(bench: Bench) -> tuple[str, ...]:
    """The looks a snippet can have."""
    return tuple(kind for kind in bench.library.kinds if kind not in INLINE_KINDS)


def _last_seen(entry: Entry, seen: dict[int, str]) -> str:
    """When readers saw it last, or where it waits."""
    for user in sorted(entry.users, key=lambda each: -each.number):
        if user.number in seen:
            return f"Readers saw it on {seen[user.number]}, in issue {user.number}"
    if entry.users:
        return f"In issue {entry.users[0].number}, not sent yet"
    return "Readers have not seen it"


def _new_name(bench: Bench, form: Form) -> str:
    topic = form.one("topic") or "general"
    taken = (ref.partition("/")[2] for ref in bench.library.snippets if ref.startswith(f"{topic}/"))
    return f"{topic}/{name_from(form.one('title'), taken)}"
