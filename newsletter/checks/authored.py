"""The words of an issue as they were written, each piece with its lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.errors import Place
from newsletter.model.content import Issue
from newsletter.model.merge import MergeText


@dataclass(frozen=True, slots=True)
class Authored:
    """One text of an issue or of a snippet.

    Attributes:
        text: as a reader without values gets it, still Markdown.
        place: where it begins.
        evidence: the source that its snippet names.
    """

    text: str
    place: Place
    evidence: str = ""

    def at(self, offset: int) -> Place:
        """The line of a character."""
        lines = self.text.count("\n", 0, offset) if self.place.line else 0
        return Place(self.place.path, self.place.line + lines)


def authored(issue: Issue | None) -> Iterator[Authored]:
    """Every text that readers see, in order; a snippet that stands twice is told once."""
    if issue is None:
        return
    pieces = [
        *((text, issue.place, "") for text in (issue.subject, issue.preheader, issue.body)),
        *(
            (text, each.snippet.place, each.snippet.evidence)
            for each in issue.sections
            for text in (each.snippet.heading, each.snippet.body, each.snippet.link_text)
        ),
    ]
    made = (_authored(text, place, evidence) for text, place, evidence in pieces if text)
    yield from dict.fromkeys(made)


def _authored(text: MergeText, otherwise: Place, evidence: str) -> Authored:
    return Authored(text.plain(), text.place if text.place.path else otherwise, evidence)
