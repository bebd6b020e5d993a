"""The page of an issue: outline, letter, preview, findings; each part also on its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from newsletter.authoring import remember, worktree
from newsletter.errors import NotFound
from newsletter.store.approvals import latest_approval
from newsletter.store.dispatches import dispatches_of
from newsletter.web.preview.live import changes
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.issue_checks import checks_values, weight_values
from newsletter.web.studio.issue_difference import IssueDifference
from newsletter.web.studio.issue_letter import (
    IssueLetter,
    greeting_values,
    letter_values,
    reach_values,
)
from newsletter.web.studio.issue_library import IssueLibrary, kinds_of
from newsletter.web.studio.issue_outline import IssueOutline, outline_values
from newsletter.web.studio.issue_section import IssueSection, section_values
from newsletter.web.studio.issue_stage import IssueStage, stage_values
from newsletter.web.studio.issue_steps import IssueSteps
from newsletter.web.studio.routing import Address, Handler
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

Values = Callable[[Bench], dict[str, Any]]

PARTS: Mapping[str, Values] = {
    "outline": outline_values,
    "stage": stage_values,
    "letter": letter_values,
    "greeting": greeting_values,
    "section": section_values,
    "reach": reach_values,
    "checks": checks_values,
    "weight": weight_values,
}
LATER: Mapping[str, dict[str, Any]] = {
    "reach": {"reach": None},
    "checks": {"checked": None, "troubles": (), "standing": None},
    "weight": {"weight": None, "shares": ()},
}
"""Parts that take long, as the page has them at first; a script asks for them at once."""


def issue_addresses(side: StudioSide) -> list[Address]:
    """Everything under `/studio/issues/{slug}` that shows and edits it."""
    groups = (
        IssueStage(side),
        IssueOutline(side),
        IssueLetter(side),
        IssueSection(side),
        IssueSteps(side),
        IssueLibrary(side),
        IssueDifference(side),
        IssuePage(side),
    )
    return [_soon(side, address) for group in groups for address in group.addresses()]


def _soon(side: StudioSide, address: Address) -> Address:
    """The address, answered before anything that is checked meanwhile."""

    def first(handler: Handler | None) -> Handler | None:
        def answered(visit: Visit) -> Response:
            assert handler is not None
            with side.desk.first():
                return handler(visit)

        return answered if handler else None

    return replace(address, get=first(address.get), post=first(address.post))


class IssuePage:
    """The page, its parts, and word of every change on disk."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [
            Address("/issues/{slug}", get=self.page),
            Address("/issues/{slug}/parts/{part}", get=self.part),
            Address("/issues/{slug}/live", stream=self.live),
        ]

    def page(self, visit: Visit) -> Response:
        """All of it; with `checked=1` also what takes long, for a browser without scripts."""
        bench = self._bench(visit)
        whole = bool(visit.query.get("checked"))
        values = {
            name: values(bench) if whole or name not in LATER else LATER[name]
            for name, values in PARTS.items()
        }
        extra = {
            "bench": bench,
            "parts": values,
            "whole": whole,
            "is_tree": worktree(self.side.site) is not None,
            "kinds": kinds_of(bench),
            "topics": sorted(bench.library.topics),
            **self._been_through(bench),
        }
        return self.side.draw(visit, "issue", extra)

    def part(self, visit: Visit) -> Response:
        """One part, to be put into the page in the place of its older self."""
        name = visit.named["part"]
        if name not in PARTS:
            raise NotFound(f'The page of an issue has no part "{name}".')
        bench = self._bench(visit)
        return self.side.draw(visit, f"issue_{name}", {"bench": bench, "p": PARTS[name](bench)})

    async def live(self, visit: Visit) -> AsyncIterator[str]:
        """The version of all files, as it changes."""
        async for event in changes(self.side.desk, self.side.closing):
            yield event

    def _been_through(self, bench: Bench) -> dict[str, bool]:
        number = bench.document.number or 0
        with self.side.store.read() as connection:
            return {
                "is_approved": latest_approval(connection, number) is not None,
                "has_begun": any(each.started_at for each in dispatches_of(connection, number)),
            }

    def _bench(self, visit: Visit) -> Bench:
        bench = Bench.of(self.side, visit)
        remember(self.side.site, bench.document.text, bench.document.version)
        return bench
