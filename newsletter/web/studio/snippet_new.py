"""A new snippet."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.authoring import is_name, name_from, new_snippet, snippet_text
from newsletter.content.library import Library as Names
from newsletter.errors import ContentError, UsageError
from newsletter.web.studio.library import page_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.snippet_form import SnippetForm, choices, judged, typed
from newsletter.web.studio.visit import Visit


class NewSnippet:
    """The empty form and where it goes."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [Address("/snippets/new", get=self.form, post=self.create)]

    def form(self, visit: Visit) -> Response:
        """Nothing typed yet; `?topic=` comes from the library."""
        return self._draw(visit, SnippetForm(), visit.query.get("topic", ""))

    def create(self, visit: Visit) -> Response:
        """Write the file; what is wrong is told beside its field."""
        said, topic = typed(visit.form), _topic(visit)
        try:
            ref = f"{topic}/{self._name(topic, said.get('title') or '')}"
            made = new_snippet(self.side.site, ref, said)
        except ContentError as error:
            text = snippet_text(said)
            return self._draw(visit, judged(said, error.problems, text), topic, status=400)
        except UsageError as error:
            form = judged(said, (), "")
            return self._draw(visit, form, topic, str(error), status=400)
        self.side.record(visit, "snippet.created", made.ref)
        return self.side.went(page_of(made.ref), f"{made.ref} is in the library.")

    def _name(self, topic: str, title: str) -> str:
        taken = (ref.partition("/") for ref in Names(self.side.site).snippets)
        return name_from(title, (name for folder, _, name in taken if folder == topic))

    def _draw(
        self, visit: Visit, form: SnippetForm, topic: str, problem: str = "", status: int = 200
    ) -> Response:
        values = {"form": form, "topic": topic, "topic_problem": problem, **choices(self.side.site)}
        return self.side.draw(visit, "snippet_new", values, status)


def _topic(visit: Visit) -> str:
    """The topic as a folder: what was typed when it is one, else a name made of it."""
    said = visit.form.one("topic")
    if not said:
        return "general"
    return said if is_name(said) else name_from(said)
