"""The main job: compose, check, approve, schedule, send; and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.cli.demo.readers import sample_readers
from newsletter.cli.demo.stage import Stage
from newsletter.content import load_issues
from newsletter.dispatching.planning import Plan, schedule
from newsletter.dispatching.status import IssueStatus
from newsletter.errors import NotFound
from newsletter.model.ledger import DeliveryOutcome
from newsletter.publishing import Composition, approve
from newsletter.store.subscribers import NewReader, import_readers

APPROVER = "Demo"


@dataclass(frozen=True, slots=True)
class Performance:
    """What a demo did.

    Attributes:
        seconds: from the first reader to the last answer.
    """

    composition: Composition
    status: IssueStatus
    seconds: float

    @property
    def html_bytes(self) -> int:
        """Of the largest variant."""
        return max(len(one.html.encode()) for one in self.composition.renditions.renditions)

    @property
    def is_complete(self) -> bool:
        """Whether every reader who wants the issue was accepted."""
        excluded = self.status.count(DeliveryOutcome.EXCLUDED)
        accepted = self.status.count(DeliveryOutcome.ACCEPTED)
        return bool(accepted) and accepted + excluded == self.status.frozen


def perform(
    stage: Stage, ref: str | None, readers: int, watch: Callable[[IssueStatus], None]
) -> Performance:
    """Do the main job once.

    Args:
        ref: path, slug or number of the issue; None takes the one with the lowest number.
        readers: how many sample readers.
        watch: told where it stands while it goes.

    Raises:
        BlockedError: the issue has errors.
    """
    app, dispatcher = stage.app, stage.dispatcher
    store, clock = dispatcher.desk.store, app.clock
    composition = app.compose(ref or _first(stage))
    invite(stage, readers)
    approved = approve(store, composition, by=APPROVER, clock=clock)
    begun = clock.monotonic()
    schedule(store, approved.id, Plan(due_at=clock.now(), by=APPROVER))
    status = dispatcher.stay(composition.issue.number, watch)
    return Performance(composition, status, clock.monotonic() - begun)


def invite(stage: Stage, readers: int) -> None:
    """Bring the sample readers in."""
    slugs = [attribute.slug for attribute in stage.app.site.attributes]
    rows = (
        NewReader(
            email=row["email"],
            first_name=row["first_name"],
            attributes={slug: row[slug] for slug in slugs if slug in row},
            interests=tuple(row["interests"].split(",")) if row["interests"] else None,
        )
        for row in sample_readers(stage.app.site, readers)
    )
    import_readers(stage.dispatcher.desk.store, rows, stage.app.clock.now())


def _first(stage: Stage) -> str:
    issues = load_issues(stage.app.site)
    if not issues:
        raise NotFound("This site has no issue to show. Begin one: newsletter new my-first-letter")
    return min(issues, key=lambda issue: issue.number).slug
