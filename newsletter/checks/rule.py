"""What a rule is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from lxml.html import HtmlElement

from newsletter.checks.css.cascade import Cascade
from newsletter.checks.document import Document
from newsletter.checks.evidence import Evidence
from newsletter.checks.origins import Origins, Trace
from newsletter.errors import Place
from newsletter.model.content import Issue, Section
from newsletter.model.finding import Finding, Severity
from newsletter.model.rendition import PictureFile, Rendition
from newsletter.model.site import Site


@dataclass(frozen=True)
class Specimen:
    """One rendition under examination, with everything a rule may look at.

    Attributes:
        rendition: the final bytes.
        place: where it was authored; findings that know no better point there.
        sections: those of its issue; a mail of the program itself has none.
        pictures: every file its issue shows.
        issue: what it was made of; None for a mail of the program itself.
        trace: makes the rendition once more with marks; None when its source is not at hand.
        known: (rule, message) to place, of findings that the fullest variant has just once.
    """

    rendition: Rendition
    site: Site
    evidence: Evidence
    place: Place
    sections: tuple[Section, ...] = ()
    pictures: tuple[PictureFile, ...] = ()
    issue: Issue | None = None
    trace: Trace | None = None
    known: Mapping[tuple[str, str], Place] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def document(self) -> Document:
        """The HTML part, parsed once for all rules."""
        return Document(self.rendition.html)

    @cached_property
    def cascade(self) -> Cascade:
        """The styles of the HTML part, found once for all rules."""
        return Cascade(self.document)

    @cached_property
    def origins(self) -> Origins:
        """Where its elements were written; costs a second rendering when it is asked."""
        return Origins(self.document, self.trace)

    def place_of(self, element: HtmlElement) -> Place:
        """File and line that wrote an element of `document`; the issue when nothing can say."""
        found = self.origins.of(element)
        if found is None and element.tag == "img":
            return self.place_of_picture(element.get("src", ""))
        return found or self.place

    @property
    def shown(self) -> tuple[Section, ...]:
        """The sections this rendition holds."""
        return tuple(each for each in self.sections if each.key in self.rendition.sections)

    def with_defaults(self, text: str) -> str:
        """The text as a reader without values gets it."""
        for tag in self.rendition.merge_tags:
            text = text.replace(tag.token, tag.default)
        return text

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
        element: of the specimen's document; its source is looked up when there is no place.
    """

    message: str
    place: Place | None = None
    severity: Severity | None = None
    element: HtmlElement | None = None


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
        needs: a field of Evidence without which the rule, or a part of it, is not checked.
    """

    id: str
    severity: Severity
    claim: str
    why: str
    mend: str
    search: Search
    needs: str = ""

    def findings(self, specimen: Specimen) -> tuple[Finding, ...]:
        """The faults of one specimen as findings; without a place they point at the issue."""
        return tuple(self._finding(fault, specimen) for fault in self.search(specimen))

    def _finding(self, fault: Fault, specimen: Specimen) -> Finding:
        message = f"{fault.message} {self.mend}"
        return Finding(
            rule=self.id,
            severity=fault.severity or self.severity,
            message=message,
            place=specimen.known.get((self.id, message)) or _place(fault, specimen),
            variant=specimen.rendition.variant,
        )


def _place(fault: Fault, specimen: Specimen) -> Place:
    if fault.place is not None:
        return fault.place
    return specimen.place if fault.element is None else specimen.place_of(fault.element)


def rule(
    name: str, severity: Severity, *, claim: str, why: str, mend: str, needs: str = ""
) -> Callable[[Search], Rule]:
    """Make the decorated search a Rule."""

    def decorate(search: Search) -> Rule:
        return Rule(name, severity, claim, why, mend, search, needs)

    return decorate
