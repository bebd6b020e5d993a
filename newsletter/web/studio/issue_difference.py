"""What readers would see change: since the last approval, and since the last issue."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.errors import NewsletterError
from newsletter.model.rendition import Renditions
from newsletter.publishing.comparing import Comparison, Side, compare
from newsletter.store.approvals import latest_approval, load_renditions
from newsletter.store.archive import fullest_rendition, pictures_of, sent_issues
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit


class IssueDifference:
    """Shows both differences."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [Address("/issues/{slug}/difference", get=self.page)]

    def page(self, visit: Visit) -> Response:
        """The two side by side, or one below the other."""
        bench = Bench.of(self.side, visit)
        made = self.side.desk.galley(bench.slug).renditions()
        found = [
            ("Since the last approval", since_approval(bench, made), "It was not approved yet."),
            ("Since the last issue", since_last(bench, made), "No other issue went out yet."),
        ]
        return self.side.draw(visit, "issue_difference", {"bench": bench, "found": found})


def since_approval(bench: Bench, made: Renditions) -> Comparison | None:
    """None when nobody approved it yet."""
    with bench.side.store.read() as connection:
        approved = latest_approval(connection, made.issue.number)
        if approved is None:
            return None
        before = load_renditions(connection, approved.id)[0]
        frozen = pictures_of(connection, approved.id)
    pictures = {each.filename: each.source for each in frozen}
    return compare(Side(f"as {approved.by} approved it", before, pictures), _now(made))


def since_last(bench: Bench, made: Renditions) -> Comparison | None:
    """The last issue that went out, or else the last one by number."""
    before = _sent(bench, made.issue.number) or _drafted(bench, made.issue.number)
    return compare(before, _now(made)) if before else None


def _sent(bench: Bench, number: int) -> Side | None:
    with bench.side.store.read() as connection:
        others = [each for each in sent_issues(connection) if each.number != number]
        if not others:
            return None
        rendition = fullest_rendition(connection, others[0].approval)
        frozen = pictures_of(connection, others[0].approval)
    pictures = {each.filename: each.source for each in frozen}
    return Side(f"issue {others[0].number}, as it was sent", rendition, pictures)


def _drafted(bench: Bench, number: int) -> Side | None:
    earlier = [each for each in bench.side.desk.entries() if each.issue]
    numbers = [each.issue.number for each in earlier if each.issue and each.issue.number < number]
    for each in earlier:
        if each.issue and numbers and each.issue.number == max(numbers):
            try:
                galley = bench.side.desk.galley(each.slug)
                pictures = {picture.filename: picture.source for picture in galley.pictures}
                return Side(f"issue {each.issue.number}", galley.rendition(), pictures)
            except NewsletterError:
                return None
    return None


def _now(made: Renditions) -> Side:
    pictures = {each.filename: each.source for each in made.pictures}
    return Side("now", made.renditions[0], pictures)
