"""A list brought in by the browser: sent, its columns said, tried, and only then brought in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, JSONResponse, Response

from newsletter.errors import NotFound, UsageError
from newsletter.lists import DateOrder, Field, Glimpse, Kind
from newsletter.model.person import Role
from newsletter.scheduling.spoken import people
from newsletter.subscribing.list_choices import Choices
from newsletter.subscribing.list_files import bring_lists, glance
from newsletter.subscribing.list_rules import list_rules
from newsletter.web.studio.import_elsewhere import Elsewhere
from newsletter.web.studio.import_runs import Bring, ImportRuns, Run, Stage
from newsletter.web.studio.import_words import COLUMN, KIND, sums
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.uploads import Uploads
from newsletter.web.studio.visit import Form, Visit

LARGEST = 160 << 20  # bytes; a million readers with ten columns are some 100 MB
_PATH = "/studio/readers/import"
_SHOWN = 20  # bad rows on the page; all are in the file


class Importing:
    """The pages of one import after the other."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side
        self.uploads = Uploads(side.app.uploads)
        self.runs = ImportRuns(lambda: side.app.reception(side.store), side.closing)

    def addresses(self) -> list[Address]:
        """Where they answer."""
        one = "/readers/import/{name}"
        return [
            Address(
                "/readers/import", get=self.begin, post=self.take, may=Role.ADMIN, largest=LARGEST
            ),
            Address(one, get=self.columns, post=self.try_it, may=Role.ADMIN),
            Address(f"{one}/run", get=self.run, post=self.bring, may=Role.ADMIN),
            Address(f"{one}/stop", post=self.stop, may=Role.ADMIN),
            Address(f"{one}/progress", get=self.progress, may=Role.ADMIN),
            Address(f"{one}/rejected/{{number:int}}", get=self.rejected, may=Role.ADMIN),
        ]

    def begin(self, visit: Visit) -> Response:
        """Choose a file; what is under way is shown."""
        return self._begin(visit, "")

    def take(self, visit: Visit) -> Response:
        """Keep the file, if it is a list at all."""
        sent = visit.form.uploads("list")
        if not sent or not sent[0].size:
            return self._begin(visit, "Choose a file first.")
        name = self.uploads.keep(sent[0])
        try:
            self._glance(name)
        except UsageError as problem:
            self.uploads.drop(name)
            return self._begin(visit, str(problem))
        return self.side.went(f"{_PATH}/{name}")

    def columns(self, visit: Visit) -> Response:
        """The beginning of the list, with what each column most likely is."""
        glimpses = self._glance(visit.named["name"])
        guessed = tuple(each.guessed for each in glimpses)
        return self._columns(visit, glimpses, Choices(guessed), "")

    def try_it(self, visit: Visit) -> Response:
        """Find out what it would come to; a form that makes no sense is shown again."""
        name = visit.named["name"]
        glimpses = self._glance(name)
        choices = _choices(visit.form, glimpses)
        try:
            for glimpse, places in zip(glimpses, choices.places, strict=True):
                _require_sense(glimpse, places)
            path, by = self.uploads.find(name), visit.person.name
            lists = choices.read(path, self.side.site, self.side.app.clock.now())
            folder = self.uploads.folder_of(name) / "rejected"
            bring = self._bring(path, choices)
            self.runs.begin_trying(name, path.name, by, lists, folder, bring)
        except UsageError as problem:
            return self._columns(visit, glimpses, choices, str(problem))
        return self.side.went(f"{_PATH}/{name}/run")

    def run(self, visit: Visit) -> Response:
        """How far it is, or what it came to."""
        run = self._run(visit)
        stage = run.stage  # before what it came to: the run goes on meanwhile
        tally = run.tally
        values = {
            "run": run,
            "stage": stage.value,
            "sums": sums(tally, would=stage is Stage.TRIED) if tally else (),
            "new": people(tally.imported) if tally else "",
            "waiting": tally.waiting if tally else 0,
            "zones": tally.unknown_zones if tally else 0,
            "bad": run.bad.first[:_SHOWN],
            "files": len(run.bad.paths),
        }
        return self.side.draw(visit, "import_run", values)

    def bring(self, visit: Visit) -> Response:
        """Really bring it in."""
        tried, person, ip = self._run(visit), visit.person, visit.ip
        accounts = self.side.accounts

        def at_end(run: Run) -> None:
            self.uploads.drop(run.name)
            accounts.record(person, "imported readers", run.title, details=_counted(run), ip=ip)

        self.runs.begin_bringing(tried, self.side.app.rejected, at_end)
        self.side.record(visit, "began an import", tried.title)
        return self.side.went(f"{_PATH}/{tried.name}/run")

    def stop(self, visit: Visit) -> Response:
        """End what is under way; what was read is in."""
        run = self._run(visit)
        run.stop.set()
        return self.side.went(f"{_PATH}/{run.name}/run", "Stopping after what is being written.")

    def progress(self, visit: Visit) -> Response:
        """How far it is, for the script of the page."""
        run = self._run(visit)
        return JSONResponse({"stage": run.stage.value, "busy": run.is_busy, "percent": run.percent})

    def rejected(self, visit: Visit) -> Response:
        """A file of bad rows, to be mended and brought in; no spreadsheet runs its cells."""
        paths, number = self._run(visit).bad.paths, int(visit.named["number"])
        if number >= len(paths) or not paths[number].is_file():
            raise NotFound("These rows are not here any more.")
        return FileResponse(
            paths[number], media_type="text/csv; charset=utf-8", filename=paths[number].name
        )

    def _begin(self, visit: Visit, problem: str) -> Response:
        run = self.runs.current
        under_way = run if run is not None and (run.is_busy or run.stage is Stage.TRIED) else None
        values = {"problem": problem, "under_way": under_way}
        return self.side.draw(visit, "import_begin", values, 400 if problem else 200)

    def _columns(
        self, visit: Visit, glimpses: Sequence[Glimpse], choices: Choices, problem: str
    ) -> Response:
        labels = [(each.slug, each.label) for each in self.side.site.attributes]
        values = {
            "name": visit.named["name"],
            "lists": list(zip(glimpses, choices.places, strict=True)),
            "fields": [("", "Leave out"), *COLUMN.items(), *labels],
            "kinds": [("", "What the file says, else: subscribed"), *KIND.items()],
            "choices": choices,
            "problem": problem,
        }
        return self.side.draw(visit, "import_columns", values, 400 if problem else 200)

    def _glance(self, name: str) -> tuple[Glimpse, ...]:
        rules = list_rules(self.side.site, self.side.app.clock.now())
        return glance(self.uploads.find(name), rules)

    def _bring(self, path: Path, choices: Choices) -> Bring:
        """Here, or by a worker where the site has some."""
        if self.side.app.has_workers:
            return Elsewhere(self.side.store, path, choices)
        return bring_lists

    def _run(self, visit: Visit) -> Run:
        run = self.runs.find(visit.named["name"])
        if run is None:
            raise NotFound("This import is not here any more. Send the list again.")
        return run


def _choices(form: Form, glimpses: Sequence[Glimpse]) -> Choices:
    kind, dates = form.one("kind"), form.one("dates")
    return Choices(
        places=tuple(
            tuple(form.one(f"column-{at}-{place}") for place in range(len(each.header)))
            for at, each in enumerate(glimpses)
        ),
        kind=Kind(kind) if kind in set(Kind) else None,
        dates=DateOrder(dates) if dates in set(DateOrder) else None,
        proof=form.one("consent"),
    )


def _require_sense(glimpse: Glimpse, places: Sequence[str]) -> None:
    if Field.EMAIL not in places:
        raise UsageError(f"{glimpse.name}: say which column holds the address.")
    several = {each for each in places if each and places.count(each) > 1} - {
        Field.TAGS,
        Field.LEFT,
        Field.BOUNCED,
        Field.COMPLAINED,
    }
    if several:
        which = ", ".join(sorted(COLUMN.get(each, each) for each in several))
        raise UsageError(f"{glimpse.name}: more than one column is “{which}”. Leave one out.")


def _counted(run: Run) -> dict[str, Any]:
    tally = run.tally
    if tally is None:
        return {"ended": run.stage.value}
    return {
        "imported": tally.imported,
        "updated": tally.updated,
        "unmailed": tally.suppressed,
        "rejected": tally.rejected,
    }
