"""Which readers get which sections: every set an issue can produce.

A section without an interest goes to everyone; a reader who never chose counts as wanting
all; one for whom nothing to read is left gets no mail (`nothing_chosen`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from newsletter.errors import ContentError, Problem
from newsletter.model.content import Issue, Section
from newsletter.model.rendition import ALL, MOST_VARIANTS
from newsletter.model.site import Site

NONE = "none"


@dataclass(frozen=True, slots=True)
class Variant:
    """One set of sections.

    Attributes:
        variant: its name, as `Rendition.variant`.
        interests: those of the issue it holds, in site order.
        sections: in the issue's order.
    """

    variant: str
    interests: tuple[str, ...]
    sections: tuple[Section, ...]


class Offered(Protocol):
    """A Variant or a Rendition."""

    @property
    def variant(self) -> str:
        """Its name."""
        ...

    @property
    def interests(self) -> tuple[str, ...]:
        """Those it was made for."""
        ...


def variants(issue: Issue, site: Site) -> tuple[Variant, ...]:
    """Every set of sections that some choice of interests gives, the fullest first.

    Sets without anything to read are left out when the issue has something to read.

    Raises:
        ContentError: there are more than 32.
    """
    used = _interests_used(issue, site)
    if 2 ** len(used) > MOST_VARIANTS:
        raise ContentError([_too_many(issue, used)])
    chosen = (some for n in range(len(used), -1, -1) for some in combinations(used, n))
    every = [_variant(issue, used, some) for some in chosen]
    worth = [variant for variant in every if _is_worth_sending(variant, issue)]
    return tuple(sorted(worth, key=lambda variant: -len(variant.sections)))


def variant_for(offered: Iterable[Offered], wanted: frozenset[str] | None) -> str | None:
    """Which variant a reader gets.

    Args:
        offered: all variants or renditions of the issue.
        wanted: the reader's interests; None for one who never chose, who gets all.

    Returns:
        The variant's name, or None: nothing the reader asked for is in the issue.
    """
    by_interests = {frozenset(one.interests): one.variant for one in offered}
    used = frozenset[str]().union(*by_interests)
    return by_interests.get(used if wanted is None else used & wanted)


def _interests_used(issue: Issue, site: Site) -> tuple[str, ...]:
    used = {section.interest for section in issue.sections if section.interest}
    known = [interest.slug for interest in site.interests if interest.slug in used]
    return (*known, *sorted(used.difference(known)))


def _variant(issue: Issue, used: tuple[str, ...], chosen: tuple[str, ...]) -> Variant:
    sections = tuple(section for section in issue.sections if section.interest in (None, *chosen))
    name = ALL if chosen == used else "+".join(chosen) or NONE
    return Variant(name, chosen, sections)


def _is_worth_sending(variant: Variant, issue: Issue) -> bool:
    has_something = any(section.counts for section in issue.sections)
    return not has_something or any(section.counts for section in variant.sections)


def _too_many(issue: Issue, used: tuple[str, ...]) -> Problem:
    most = MOST_VARIANTS.bit_length() - 1
    return Problem(
        issue.place,
        f"its snippets have {len(used)} interests ({', '.join(used)}),"
        f" which makes {2 ** len(used)} different mails; at most {MOST_VARIANTS} are made",
        f"Use snippets of at most {most} interests in one issue.",
    )
