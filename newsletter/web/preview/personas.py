"""Readers who do not exist, chosen to break a layout before a real one does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.model.site import Site
from newsletter.publishing import sample_reader

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up reader.

    Attributes:
        slug: used in addresses.
        label: for people: what is special.
        first_name: what the reader gave; may be empty.
    """

    slug: str
    label: str
    first_name: str


PERSONAS = (
    Persona("sample", "Mira, a usual name", "Mira"),
    Persona("no-name", "No name given", ""),
    Persona(
        "long-name", "A very long name", "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
    ),
    Persona("right-to-left", "ليلى, right to left", "ليلى"),
    Persona("apostrophe", "D'Arcy & Søn, marks to escape", 'D\'Arcy "Bo" & <Søn>'),
)
_BY_SLUG = {persona.slug: persona for persona in PERSONAS}


def persona(slug: str) -> Persona:
    """The persona of that slug; the first when there is none."""
    return _BY_SLUG.get(slug, PERSONAS[0])


def reader_values(site: Site, slug: str, name: str = "") -> Mapping[str, str]:
    """What a made-up reader fills into the merge tags.

    Args:
        slug: a persona's.
        name: a first name that beats the persona's; empty means the persona's.

    Returns:
        Source -> value, the links included. Attributes with choices have the first.
    """
    values = {a.slug: a.choices[0] for a in site.attributes if a.choices}
    values["first_name"] = name[:LONGEST_NAME] or persona(slug).first_name
    return sample_reader(site, values)
