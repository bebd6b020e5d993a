"""Back and forth, the whole file when two people changed it, and a commit of what was done."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from newsletter.authoring import IssueDocument, open_snippet, redo, undo, worktree
from newsletter.authoring.documents import Document
from newsletter.authoring.saving import save
from newsletter.errors import Conflict, UsageError
from newsletter.model.site import Site
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.issue_saving import both_shown, done, note_edit
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

Step = Callable[[Site, IssueDocument, str], IssueDocument]


class IssueSteps:
    """Changes of the file as a whole."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where their forms go."""
        return [
            Address("/issues/{slug}/undo", post=self.undo),
            Address("/issues/{slug}/redo", post=self.redo),
            Address("/issues/{slug}/file", post=self.choose),
            Address("/issues/{slug}/commit", post=self.commit),
        ]

    def undo(self, visit: Visit) -> Response:
        """The issue as it was before the last change."""
        return self._step(visit, undo, "Undone.")

    def redo(self, visit: Visit) -> Response:
        """The change that was undone, again."""
        return self._step(visit, redo, "Done again.")

    def choose(self, visit: Visit) -> Response:
        """After a conflict: the text that a person chose, over the version that was shown."""
        bench, form = Bench.of(self.side, visit), visit.form
        if form.one("choice") == "theirs":
            return done(bench, "Kept as it is in the file.")
        document: Document = bench.document
        if form.one("file") != document.name:
            ref = form.one("file").removeprefix("issues/topics/").removesuffix(".md")
            document = open_snippet(self.side.site, ref)
        name = {"merged": "merged", "mine": "mine"}.get(form.one("choice"), "")
        if not name or not form.has(name):
            raise UsageError("Choose one of the versions.")
        try:
            after = save(self.side.site, document, form.raw(name), form.one("version"))
        except Conflict as conflict:
            return both_shown(bench, conflict)
        self.side.record(visit, "issue.edited", bench.slug, file=after.name, chosen=name)
        return done(bench, "Saved.", version=after.version)

    def commit(self, visit: Visit) -> Response:
        """Commit what this issue is made of, in the name of whoever asks."""
        bench = Bench.of(self.side, visit)
        tree = worktree(self.side.site)
        if tree is None:
            raise UsageError("This site is in no git work tree.")
        sources = bench.issue.sources if bench.issue else (bench.document.name,)
        paths = [self.side.root / name for name in sources if name.startswith("issues/")]
        person = visit.person
        commit = tree.commit(paths, visit.form.one("message"), person.name, person.email)
        self.side.record(visit, "issue.committed", bench.slug, commit=commit)
        return done(bench, f"Committed as {commit}.")

    def _step(self, visit: Visit, step: Step, told: str) -> Response:
        bench = Bench.of(self.side, visit)
        try:
            after = step(self.side.site, bench.document, visit.form.one("version"))
        except Conflict as conflict:
            return both_shown(bench, conflict)
        note_edit(bench, after.name)
        return done(bench, told, version=after.version)
