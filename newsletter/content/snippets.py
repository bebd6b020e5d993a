"""Snippets and topics: files in `issues/topics/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.content.fields import Fields
from newsletter.content.library import SLUG, TOPIC_FILE, Library
from newsletter.content.merge import parse_merge
from newsletter.content.pictures import take_picture
from newsletter.content.reading import Reading
from newsletter.errors import Place, Problem
from newsletter.model.content import INLINE_KINDS, INTEREST_OF_KIND, Picture, Snippet, Topic
from newsletter.model.merge import MergeText
from newsletter.model.site import Site

SNIPPET_KEYS = (
    "title",
    "heading",
    "kind",
    "interest",
    "image",
    "alt",
    "link",
    "link_text",
    "evidence",
)
TOPIC_KEYS = ("name", "description")
ALT_HINT = 'Say what it shows, or `alt: ""` if it only decorates.'


@dataclass(frozen=True, slots=True)
class Found:
    """A snippet's file after reading; `snippet` is None when `problems` say why."""

    snippet: Snippet | None
    problems: tuple[Problem, ...]
    sources: frozenset[str]


class Shelf:
    """Reads each snippet and topic once, however many issues name it."""

    def __init__(self, site: Site, library: Library) -> None:
        self._site = site
        self._library = library
        self._found: dict[str, Found] = {}
        self._topics: dict[str, tuple[Topic, Reading]] = {}

    def snippet(self, slug: str, reading: Reading) -> Snippet | None:
        """Take a snippet that exists; its problems and sources become the reading's."""
        if slug not in self._found:
            self._found[slug] = self._read(slug)
        found = self._found[slug]
        reading.problems.extend(found.problems)
        reading.sources.update(found.sources)
        return found.snippet

    def topic(self, slug: str, reading: Reading) -> Topic:
        """Take a topic that exists; without `_topic.md` it has its slug for a name."""
        if slug not in self._topics:
            own = Reading(self._site, self._library)
            self._topics[slug] = (_read_topic(slug, own), own)
        topic, own = self._topics[slug]
        reading.problems.extend(own.problems)
        reading.sources.update(own.sources)
        return topic

    def _read(self, slug: str) -> Found:
        reading = Reading(self._site, self._library)
        snippet = read_snippet(slug, self._library.snippets[slug], reading)
        problems = tuple(reading.problems)
        return Found(None if problems else snippet, problems, frozenset(reading.sources))


def take_alt(fields: Fields, image: Picture | None) -> str:
    """The picture's text; must be there when `image` is, and may then be `""`."""
    if "alt" not in fields and "image" in fields:
        fields.problem("image", "The picture has no alt.", ALT_HINT)
    if "alt" in fields and "image" not in fields:
        fields.problem("alt", "There is no image to this alt.", "Add image or take alt out.")
    return fields.text("alt")


def body_text(body: str, place: Place, reading: Reading) -> MergeText:
    """The Markdown of a file, its merge fields read."""
    merged, problems = parse_merge(body, place, reading.site.subscriber_fields)
    reading.problems.extend(problems)
    return merged


def read_snippet(slug: str, path: Path, reading: Reading) -> Snippet | None:
    """Read a snippet's file; None when there is nothing to read.

    Args:
        slug: `topic/name`.
        path: its file.
        reading: gets every problem and every file opened.
    """
    document = reading.document(path)
    if document is None:
        return None
    fields = Fields(document.settings, document.path, SNIPPET_KEYS, reading)
    if not all(SLUG.fullmatch(part) for part in slug.split("/")):
        reading.problem(
            Place(document.path), "The name of a snippet has a-z, 0-9 and `-` only.", "Rename it."
        )
    fields.require("title", "Add its name in the library.")
    body = body_text(document.body, Place(document.path, document.body_line), reading)
    if not document.body and "link" not in fields and "image" not in fields:
        reading.problem(Place(document.path, document.body_line), "It says nothing.", "Add words.")
    kind = _kind(fields)
    image = take_picture(fields, "image")
    return Snippet(
        slug=slug,
        kind=kind,
        title=fields.text("title"),
        heading=_heading(fields),
        body=body,
        interest=fields.interest("interest", _default_interest(kind, reading.site)),
        image=image,
        alt=take_alt(fields, image),
        link=fields.link("link"),
        link_text=fields.merge("link_text"),
        evidence=fields.text("evidence", lines=True),
        place=Place(document.path, 1),
        image_place=fields.place("image") if image else None,
    )


def _heading(fields: Fields) -> MergeText:
    if "heading" in fields:
        return fields.merge("heading")
    title = fields.text("title")
    return MergeText((title,) if title else (), fields.place("title"))


def _kind(fields: Fields) -> str:
    kinds = tuple(kind for kind in fields.reading.library.kinds if kind not in INLINE_KINDS)
    fields.require("kind", f"One of {', '.join(kinds)}.")
    return fields.name("kind", kinds, "kind")


def _default_interest(kind: str, site: Site) -> str | None:
    """The kind's own interest, when the site offers it."""
    interest = INTEREST_OF_KIND.get(kind)
    return interest if interest in {each.slug for each in site.interests} else None


def _read_topic(slug: str, reading: Reading) -> Topic:
    path = reading.library.topics[slug] / TOPIC_FILE
    nothing = Topic(slug, slug.replace("-", " ").capitalize(), "", MergeText(), Place(""))
    document = reading.document(path) if path.is_file() else None
    if document is None:
        return nothing
    fields = Fields(document.settings, document.path, TOPIC_KEYS, reading)
    body = body_text(document.body, Place(document.path, document.body_line), reading)
    name = fields.text("name") or nothing.name
    return Topic(slug, name, fields.text("description"), body, Place(document.path, 1))
