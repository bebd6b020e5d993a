"""What a person typed into a form, read against what the site offers.

Whatever stands in a form, reading it raises nothing but UsageError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from newsletter.errors import UsageError, nearest
from newsletter.model.site import Attribute, Site

MOST_NAME = 80
MOST_VALUE = 200
MOST_REASON = 500

# Controls, line ends, lone surrogates, and the marks that turn the direction of what follows.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader says about themselves; applies only once their address is proved.

    Attributes:
        first_name: as typed; may be empty.
        interests: slugs; None where the form did not ask, which means all.
        attributes: slug -> value, of those the site asks for.
    """

    first_name: str = ""
    interests: tuple[str, ...] | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def read_wishes(site: Site, wishes: Wishes) -> Wishes:
    """The same wishes, checked and tidied.

    Raises:
        UsageError: an interest, attribute or choice that the site does not have, no interest at
            all, or a text that is too long.
    """
    interests = wishes.interests
    return Wishes(
        first_name=read_line(wishes.first_name, MOST_NAME, "The first name"),
        interests=None if interests is None else read_interests(site, interests),
        attributes=read_attributes(site, wishes.attributes),
    )


def read_interests(site: Site, slugs: Sequence[str]) -> tuple[str, ...]:
    """Interests in the site's order, each once; raises UsageError for an unknown one or none."""
    known = [interest.slug for interest in site.interests]
    for slug in slugs:
        if slug not in known:
            raise UsageError(f'There is no interest "{_short(slug)}". {nearest(slug, known)}')
    if not slugs:
        raise UsageError("Choose at least one: " + ", ".join(known) + ".")
    return tuple(slug for slug in known if slug in slugs)


def read_attributes(site: Site, values: Mapping[str, str]) -> dict[str, str]:
    """Attributes that the form asks for; empty ones are left out.

    Raises:
        UsageError: one the site does not ask for, or a value that is no choice.
    """
    asked = {attribute.slug: attribute for attribute in site.attributes if attribute.ask}
    read: dict[str, str] = {}
    for slug, value in values.items():
        if slug not in asked:
            raise UsageError(f'Nobody asks for "{_short(slug)}". {nearest(slug, asked)}')
        if line := _value(asked[slug], value):
            read[slug] = line
    return read


def read_line(text: str, most: int, what: str) -> str:
    """One line of text, tidied (NFC); raises UsageError when it is over `most` characters."""
    line = " ".join(normalize("NFC", _UNFIT.sub(" ", text)).split())
    if len(line) > most:
        raise UsageError(f"{what} has {len(line)} characters; {most} are the most.")
    return line


def as_details(wishes: Wishes) -> dict[str, Any]:
    """Wishes as JSON, to wait in a request."""
    return {
        "first_name": wishes.first_name,
        "interests": None if wishes.interests is None else list(wishes.interests),
        "attributes": dict(wishes.attributes),
    }


def from_details(site: Site, details: Mapping[str, Any]) -> Wishes:
    """Wishes that waited in a request, less what the site has dropped meanwhile."""
    known = {interest.slug for interest in site.interests}
    interests = details.get("interests")
    asked = {attribute.slug for attribute in site.attributes}
    return Wishes(
        first_name=details.get("first_name", ""),
        interests=tuple(slug for slug in interests if slug in known) if interests else None,
        attributes={k: v for k, v in details.get("attributes", {}).items() if k in asked},
    )


def _value(attribute: Attribute, value: str) -> str:
    line = read_line(value, MOST_VALUE, attribute.label)
    if line and attribute.choices and line not in attribute.choices:
        offered = nearest(line, attribute.choices)
        raise UsageError(f'"{_short(line)}" is no choice of {attribute.label}. {offered}')
    return line


def _short(text: str) -> str:
    return _UNFIT.sub(" ", text)[:40]
