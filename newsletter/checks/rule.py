"""What a rule is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from newsletter.checks.document import Document
from newsletter.errors import Place
from newsletter.model.content import Section
from newsletter.model.finding import Finding, Severity
from newsletter.model.rendition import PictureFile, Rendition
from newsletter.model.site import Site


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts from outside the files, gathered by the caller so that rules stay pure.

    Attributes:
        real_key: a SendGrid key is set and mail would go to the real service.
    """

    real_key: bool = False


@dataclass(frozen=True)
class Specimen:
    """One rendition under examination, with everything a rule may look at.

    Attributes:
        rendition: the final bytes.
        place: where it was authored; findings that know no better point there.
        sections: those of its issue; a mail of the program itself has none.
        pictures: every file its issue shows.
    """

    rendition: Rendition
    site: Site
    evidence: Evidence
    place: Place
    sections: tuple[Section, ...] = ()
    pictures: tuple[PictureFile, ...] = ()

    @cached_property
    def document(self) -> Document:
        """The HTML part, parsed once for all rules."""
        return Document(self.rendition.html)

    def tokens(self, source: str) -> tuple[str, ...]:
        """The tokens that stand for `source`, such as `link.unsubscribe`."""
        return tuple(tag.token for tag in self.rendition.merge_tags if tag.source == source)

    def place_of_picture(self, address: str) -> Place:
        """Where the piece that shows the picture at `address` is defined, else the issue."""
        sources = {p.source for p in self.pictures if p.filename in address}
        for section in self.sections:
            image = section.snippet.image
            if image is not None and image.name in sources:
                return section.snippet.place
        return self.place


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found.

    Attributes:
        message: what is wrong, one sentence, without how to mend it.
        place: where, when the rule can tell.
        severity: when it differs from the rule's own.
    """

    message: str
    place: Place | None = None
    severity: Severity | None = None


Search = Callable[[Specimen], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One check.

    Attributes:
        id: its name in `docs/checks.md`: `R01`.
        severity: of its faults, unless one says otherwise.
        claim: what must hold, one sentence.
        why: what goes wrong otherwise, and who says so.
        mend: what to do about it, one sentence.
        search: finds the faults of one specimen.
    """

    id: str
    severity: Severity
    claim: str
    why: str
    mend: str
    search: Search

    def findings(self, specimen: Specimen) -> tuple[Finding, ...]:
        """The faults of one specimen as findings; without a place they point at the issue."""
        return tuple(
            Finding(
                rule=self.id,
                severity=fault.severity or self.severity,
                message=f"{fault.message} {self.mend}",
                place=fault.place or specimen.place,
                variant=specimen.rendition.variant,
            )
            for fault in self.search(specimen)
        )


def rule(
    name: str, severity: Severity, *, claim: str, why: str, mend: str
) -> Callable[[Search], Rule]:
    """Make the decorated search a Rule."""

    def decorate(search: Search) -> Rule:
        return Rule(name, severity, claim, why, mend, search)

    return decorate
