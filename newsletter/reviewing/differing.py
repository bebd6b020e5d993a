"""What changed in a letter since somebody approved it last."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.publishing import Composition
from newsletter.publishing.comparing import Comparison, Side, compare
from newsletter.store import Store
from newsletter.store.approvals import Approved, latest_approval, load_renditions
from newsletter.store.archive import pictures_of


@dataclass(frozen=True, slots=True)
class Difference:
    """The last approval, and what readers would see change since."""

    approved: Approved
    found: Comparison


def since_approval(store: Store, composition: Composition) -> Difference | None:
    """The difference to the last approval; None when there was none yet."""
    with store.read() as connection:
        approved = latest_approval(connection, composition.issue.number)
        if approved is None:
            return None
        frozen = load_renditions(connection, approved.id)[0]
        files = pictures_of(connection, approved.id)
    before = Side(
        f"as {approved.by} approved it", frozen, {each.filename: each.source for each in files}
    )
    made = composition.renditions
    pictures = {each.filename: each.source for each in made.pictures}
    return Difference(approved, compare(before, Side("now", made.renditions[0], pictures)))
