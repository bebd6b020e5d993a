"""One snippet: its fields, the issues that use it, and every change of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from newsletter.authoring import (
    SnippetDocument,
    can_redo,
    can_undo,
    change,
    change_snippet,
    delete_snippet,
    open_snippet,
    problems_of,
    redo,
    remember,
    save,
    undo,
    users_of,
    worktree,
)
from newsletter.authoring.snippet_library import excerpt
from newsletter.errors import Conflict, ContentError, NewsletterError
from newsletter.web.studio.library import HOME, page_of, picture_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.snippet_conflict import sides
from newsletter.web.studio.snippet_form import SnippetForm, choices, form_of, judged, typed
from newsletter.web.studio.snippet_standing import APPROVED, Standing
from newsletter.web.studio.visit import Visit

ONE = "/snippets/{topic}/{name}"
CONFLICT, WRONG = 409, 400


class SnippetPage:
    """A snippet in its editor."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """The page, and where its forms go."""
        return [
            Address(ONE, get=self.page, post=self.save),
            Address(f"{ONE}/choose", post=self.choose),
            Address(f"{ONE}/undo", post=self.undo),
            Address(f"{ONE}/redo", post=self.redo),
            Address(f"{ONE}/commit", post=self.commit),
            Address(f"{ONE}/delete", get=self.sure, post=self.delete),
        ]

    def page(self, visit: Visit) -> Response:
        """The snippet as it stands."""
        return self._draw(visit, self._open(visit))

    def save(self, visit: Visit) -> Response:
        """Write what was typed; what is newly wrong is told beside its field instead."""
        document = self._open(visit)
        said = typed(visit.form)
        text = change_snippet(document.text, said, document.name)
        before = {problem.message for problem in problems_of(self.side.site, document)}
        found = problems_of(self.side.site, document, text)
        if any(problem.message not in before for problem in found):
            return self._draw(visit, document, judged(said, found, text), WRONG)

        def edit(old: str) -> str:
            return change_snippet(old, said, document.name)

        site = self.side.site
        return self._changed(visit, document, lambda seen: change(site, document, edit, seen))

    def choose(self, visit: Visit) -> Response:
        """After a conflict: mine, theirs, or both."""
        document, choice = self._open(visit), visit.form.one("choice")
        if choice not in ("mine", "merged"):
            return self.side.went(page_of(document.ref), "Kept what the file said.")
        text = visit.form.raw(choice)
        site = self.side.site
        return self._changed(visit, document, lambda seen: save(site, document, text, seen))

    def undo(self, visit: Visit) -> Response:
        """Take the last change back."""
        site, document = self.side.site, self._open(visit)
        return self._changed(visit, document, lambda seen: undo(site, document, seen), "Undone.")

    def redo(self, visit: Visit) -> Response:
        """Make an undone change again."""
        site, document = self.side.site, self._open(visit)
        told = "Made again."
        return self._changed(visit, document, lambda seen: redo(site, document, seen), told)

    def commit(self, visit: Visit) -> Response:
        """Commit this one file."""
        document, tree = self._open(visit), worktree(self.side.site)
        if tree is None:
            return self.side.went(page_of(document.ref), "This site is in no git repository.")
        message = visit.form.raw("message")
        person = visit.person
        made = tree.commit([document.path], message, person.name, person.email)
        self.side.record(visit, "snippet.committed", document.ref, commit=made)
        return self.side.went(page_of(document.ref), f"Committed as {made}.")

    def sure(self, visit: Visit) -> Response:
        """Asks before a snippet is deleted, on a page of its own."""
        document = self._open(visit)
        values = {"document": document, "users": users_of(self.side.site, document.ref)}
        return self.side.draw(visit, "snippet_delete", values)

    def delete(self, visit: Visit) -> Response:
        """Take a snippet that nothing uses out of the library."""
        document = self._open(visit)
        try:
            delete_snippet(self.side.site, _seen(visit, document))
        except Conflict:
            told = "Somebody changed it meanwhile, so it was not deleted. Look at it again."
            return self.side.went(page_of(document.ref), told)
        self.side.record(visit, "snippet.deleted", document.ref)
        return self.side.went(HOME, f"{document.ref} is deleted.")

    def _open(self, visit: Visit) -> SnippetDocument:
        ref = f"{visit.named['topic']}/{visit.named['name']}"
        return open_snippet(self.side.site, ref)

    def _changed(
        self,
        visit: Visit,
        document: SnippetDocument,
        edit: Callable[[str], SnippetDocument],
        told: str = "Saved.",
    ) -> Response:
        """Change the file and say what follows; `edit` is given the version the page showed."""
        seen = visit.form.one("version") or document.version
        try:
            after = edit(seen)
        except Conflict as conflict:
            values = {"document": document, "conflict": conflict, "sides": sides(conflict)}
            return self.side.draw(visit, "snippet_conflict", values, CONFLICT)
        if after.version == seen:
            return self.side.went(page_of(document.ref), "Nothing was changed.")
        self.side.record(visit, "snippet.edited", document.ref)
        return self.side.went(page_of(document.ref), f"{told}{self._again(document)}")

    def _again(self, document: SnippetDocument) -> str:
        """Which issues need approval again, as a sentence; empty for none."""
        uses = Standing(self.side).uses(users_of(self.side.site, document.ref))
        names = [use.name.lower() for use in uses if use.standing == APPROVED]
        if not names:
            return ""
        verb = "needs" if len(names) == 1 else "need"
        listed = ", ".join(names)
        return f" {listed[0].upper()}{listed[1:]} {verb} approval again."

    def _draw(
        self,
        visit: Visit,
        document: SnippetDocument,
        form: SnippetForm | None = None,
        status: int = 200,
    ) -> Response:
        site = self.side.site
        remember(site, document.text, document.version)
        try:
            said: Mapping[str, str] = form_of(document)
        except ContentError as problem:
            broken = {"document": document, "problem": problem}
            return self.side.draw(visit, "snippet_broken", broken, status)
        if form is None:
            form = judged(said, problems_of(site, document), document.text)
        values = {
            "document": document,
            "form": form,
            "said": said,
            "version": visit.form.one("version") or document.version,
            "picture": picture_of(said["image"]),
            "excerpt": excerpt(said["body"]),
            "uses": Standing(self.side).uses(users_of(site, document.ref)),
            "can_undo": can_undo(site, document.name, document.version),
            "can_redo": can_redo(site, document.name, document.version),
            "uncommitted": _uncommitted(self.side, document),
            **choices(site),
        }
        return self.side.draw(visit, "snippet", values, status)


def _seen(visit: Visit, document: SnippetDocument) -> SnippetDocument:
    """The document at the version the page showed."""
    version = visit.form.one("version") or document.version
    return SnippetDocument(document.path, document.name, document.text, version)


def _uncommitted(side: StudioSide, document: SnippetDocument) -> bool:
    tree = worktree(side.site)
    try:
        return tree is not None and bool(tree.pending([document.path]))
    except NewsletterError:
        return False
