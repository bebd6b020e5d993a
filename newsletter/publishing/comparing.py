"""What readers would see change between two letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any

from newsletter.checks.document import Document
from newsletter.model.rendition import Rendition

_PICTURE = re.compile(r"[0-9a-f]{64}\.[a-z]+$")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two letters.

    Attributes:
        name: in words: `issue 12`, `issue 12 as approved`.
        rendition: its fullest variant.
        pictures: file name -> the name it was authored by.
    """

    name: str
    rendition: Rendition
    pictures: dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that stands in one of the two, or elsewhere.

    Attributes:
        what: `link`, `picture` or `section`.
        how: `added`, `removed` or `moved`.
        name: the address, the picture's name and alt, or the section's key.
    """

    what: str
    how: str
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What readers would see change.

    Attributes:
        subject, preheader: before and after; None when they are the same.
        text: lines of a unified diff of the text parts.
        looks: the HTML differs though nothing named here does.
    """

    before: str
    after: str
    subject: tuple[str, str] | None
    preheader: tuple[str, str] | None
    text: tuple[str, ...]
    changes: tuple[Change, ...]
    looks: bool

    @property
    def same(self) -> bool:
        """Whether readers would see no change at all."""
        return not (self.subject or self.preheader or self.text or self.changes or self.looks)


def compare(before: Side, after: Side) -> Comparison:
    """Compare the fullest variants, as a reader without values gets them."""
    old, new = before.rendition, after.rendition
    texts = (_readable(old, old.text).splitlines(), _readable(new, new.text).splitlines())
    text = tuple(unified_diff(*texts, before.name, after.name, lineterm="", n=2))
    changes = (
        *_changed("section", old.sections, new.sections),
        *_changed("link", _links(old), _links(new)),
        *_changed("picture", _pictures(before), _pictures(after)),
    )
    subject = _pair(_readable(old, old.subject), _readable(new, new.subject))
    preheader = _pair(_readable(old, old.preheader), _readable(new, new.preheader))
    told = bool(subject or preheader or text or changes)
    looks = not told and _readable(old, old.html) != _readable(new, new.html)
    return Comparison(before.name, after.name, subject, preheader, text, changes, looks)


def comparison_row(found: Comparison) -> dict[str, Any]:
    """As plain values."""
    return {**asdict(found), "same": found.same}


def _readable(rendition: Rendition, text: str) -> str:
    """With sources in the place of marks, which differ from letter to letter."""
    for tag in rendition.merge_tags:
        text = text.replace(tag.token, f"{{{{ {tag.source} }}}}")
    return text


def _pair(before: str, after: str) -> tuple[str, str] | None:
    return None if before == after else (before, after)


def _links(rendition: Rendition) -> tuple[str, ...]:
    anchors = Document(_readable(rendition, rendition.html)).named("a")
    return tuple(dict.fromkeys(anchor.get("href", "") for anchor in anchors))


def _pictures(side: Side) -> tuple[str, ...]:
    """Name and alt; a picture whose file changed is another one, though the name stays."""
    found = []
    for image in Document(side.rendition.html).named("img"):
        file = image.get("src", "").rpartition("/")[2]
        version = f" ({file[:8]})" if _PICTURE.match(file) else ""
        name = side.pictures.get(file, file)
        found.append(f"{name}{version}: {image.get('alt') or 'decoration'}")
    return tuple(dict.fromkeys(found))


def _changed(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    yield from (Change(what, "removed", each) for each in before if each not in after)
    yield from (Change(what, "added", each) for each in after if each not in before)
    if what == "section":
        kept = [each for each in before if each in after]
        stays = _longest_in_order(kept, [each for each in after if each in before])
        yield from (Change(what, "moved", each) for each in kept if each not in stays)


def _longest_in_order(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The most sections that keep their order; the others moved around them."""
    place = {key: at for at, key in enumerate(after)}
    best: list[list[str]] = []
    for key in before:
        under = [run for run in best if place[run[-1]] < place[key]]
        best.append([*_longest(under), key])
    return set(_longest(best))


def _longest(runs: Sequence[list[str]]) -> list[str]:
    return max(runs, key=len) if runs else []
