"""From an element of the final HTML back to the file and line that wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml.html import HtmlElement

from newsletter.checks.document import Document
from newsletter.errors import Place
from newsletter.model.origin import Traced

Trace = Callable[[], Traced]


@dataclass(frozen=True)
class Origins:
    """The way back, by position: marks change no element, so the n-th stays the n-th.

    Attributes:
        document: the final HTML.
        trace: makes the same with marks; None when its source is not at hand.
    """

    document: Document
    trace: Trace | None

    def of(self, element: HtmlElement) -> Place | None:
        """Where the element, the first thing in it, or the nearest around it was written."""
        places = self._places
        for step in (element, *element.iterancestors()):
            for inner in step.iter():
                if inner in places:
                    return places[inner]
        return None

    @cached_property
    def _places(self) -> dict[HtmlElement, Place]:
        if self.trace is None:
            return {}
        traced = self.trace()
        marked, final = Document(traced.html).elements, self.document.elements
        if [each.tag for each in marked] != [each.tag for each in final]:
            return {}  # a template that looks at its own output; better no place than a wrong one
        found = ((one, _own_place(other, traced)) for one, other in zip(final, marked, strict=True))
        return {element: place for element, place in found if place}


def _own_place(element: HtmlElement, traced: Traced) -> Place | None:
    return next((place for text in _own(element) if (place := traced.first_in(text))), None)


def _own(element: HtmlElement) -> Iterator[str]:
    """What belongs to the element and to no other: attributes, and text between its children."""
    yield element.text or ""
    yield from map(str, element.attrib.values())
    yield from (child.tail or "" for child in element)
