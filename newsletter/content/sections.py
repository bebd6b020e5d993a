"""The `snippets:` list of an issue: references with overrides, and inline pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from newsletter.content.fields import Fields
from newsletter.content.files import climbs
from newsletter.content.hints import near, shown
from newsletter.content.pictures import take_picture
from newsletter.content.reading import Reading
from newsletter.content.snippets import ALT_HINT, Shelf, take_alt
from newsletter.content.yaml_tree import Entries, Items, Node, Scalar, describe
from newsletter.errors import Place
from newsletter.model.content import INLINE_KINDS, Section, Snippet
from newsletter.model.merge import MergeText

OVERRIDES = ("heading", "image", "alt", "link", "link_text", "interest", "body")
INLINE_KEYS = {
    "cta": ("text", "link", "interest"),
    "divider": ("interest",),
    "image": ("file", "alt", "link", "interest"),
}
MOST_SECTIONS = 100
_INDENT = "Put overrides in braces: `- topic/name: {heading: ...}`."


def read_sections(fields: Fields, shelf: Shelf) -> tuple[Section, ...]:
    """The sections an issue names, in order; those that can not be read are left out."""
    node = fields.node("snippets")
    if node is None:
        return ()
    if not isinstance(node, Items):
        hint = "Write each on a line of its own: `  - topic/name`."
        fields.problem("snippets", f"snippets must be a list, not {describe(node)}.", hint)
        return ()
    if len(node.items) > MOST_SECTIONS:
        message = f"The issue has {len(node.items)} snippets; at most {MOST_SECTIONS} fit a mail."
        fields.problem("snippets", message, "Make two issues of it.")
        return ()
    pieces = _Pieces(fields, shelf)
    return tuple(_keyed(pieces.read(node)))


def _keyed(pieces: Iterator[tuple[Snippet, Place]]) -> Iterator[Section]:
    taken: set[str] = set()
    for snippet, place in pieces:
        key, repeat = snippet.slug, 1
        while key in taken:
            repeat += 1
            key = f"{snippet.slug}-{repeat}"
        taken.add(key)
        yield Section(key, snippet, place)


class _Pieces:
    """Reads the list's items."""

    def __init__(self, fields: Fields, shelf: Shelf) -> None:
        self._path = fields.path
        self._reading: Reading = fields.reading
        self._shelf = shelf

    def read(self, node: Items) -> Iterator[tuple[Snippet, Place]]:
        for position, item in enumerate(node.items, start=1):
            named = self._named(item)
            if named is not None:
                snippet = self._piece(*named, position)
                if snippet is not None:
                    yield snippet, Place(self._path, item.line)

    def _problem(self, line: int, message: str, hint: str = "") -> None:
        self._reading.problem(Place(self._path, line), message, hint)

    def _named(self, item: Node) -> tuple[Scalar, Entries] | None:
        """An item's name and its settings."""
        if isinstance(item, Scalar) and item.type == "str":
            return item, Entries((), item.line)
        if not isinstance(item, Entries):
            self._problem(item.line, f"A snippet is a name, not {describe(item)}.", _INDENT)
            return None
        if len(item.entries) != 1:
            self._problem(item.line, "This snippet has more than one name.", _INDENT)
            return None
        name, settings = item.entries[0]
        if isinstance(settings, Scalar) and settings.type == "null":
            return name, Entries((), name.line)
        if not isinstance(settings, Entries):
            self._problem(
                name.line, f"Behind {shown(name.text)} stands {describe(settings)}.", _INDENT
            )
            return None
        return name, settings

    def _piece(self, name: Scalar, settings: Entries, position: int) -> Snippet | None:
        if name.text in INLINE_KINDS:
            fields = Fields(settings, self._path, INLINE_KEYS[name.text], self._reading)
            return self._inline(name, fields, f"{name.text}-{position}")
        if climbs(name.text):
            self._problem(
                name.line, f'"{shown(name.text)}" leads out of issues/topics/.', "Copy it there."
            )
            return None
        known = self._reading.library.snippets
        if name.text not in known:
            hint = near(name.text, (*known, *INLINE_KINDS), "Look in issues/topics/.")
            self._problem(name.line, f'There is no snippet "{shown(name.text)}".', hint)
            return None
        fields = Fields(settings, self._path, OVERRIDES, self._reading)
        snippet = self._shelf.snippet(name.text, self._reading)
        return self._overridden(snippet, fields)

    def _overridden(self, snippet: Snippet | None, fields: Fields) -> Snippet | None:
        """The snippet with what the issue says instead; problems are told without one too."""
        image = take_picture(fields, "image")
        alt = take_alt(fields, image) if "image" in fields else self._alt_alone(snippet, fields)
        heading, link = fields.merge("heading"), fields.link("link")
        link_text, body = fields.merge("link_text"), fields.merge("body", lines=True)
        interest = fields.interest("interest", snippet.interest if snippet else None)
        if snippet is None:
            return None
        return replace(
            snippet,
            heading=heading if "heading" in fields else snippet.heading,
            body=body if "body" in fields else snippet.body,
            interest=interest,
            image=image if "image" in fields else snippet.image,
            image_place=fields.place("image") if "image" in fields else snippet.image_place,
            alt=alt if "alt" in fields else snippet.alt,
            link=link if "link" in fields else snippet.link,
            link_text=link_text if "link_text" in fields else snippet.link_text,
        )

    def _alt_alone(self, snippet: Snippet | None, fields: Fields) -> str:
        if "alt" in fields and snippet is not None and snippet.image is None:
            fields.problem("alt", "There is no image to this alt.", "Add image or take alt out.")
        return fields.text("alt")

    def _inline(self, name: Scalar, fields: Fields, slug: str) -> Snippet:
        image = None
        if name.text == "cta":
            fields.require("text", "Say what the button says.")
            fields.require("link", "Say where the button leads.")
        if name.text == "image":
            fields.require("file", "Name a picture in issues/media/.")
            image = take_picture(fields, "file")
            if "alt" not in fields:
                fields.problem("file", "The picture has no alt.", ALT_HINT)
        place = Place(self._path, name.line)
        empty = MergeText((), place)
        return Snippet(
            slug=slug,
            kind=name.text,
            title=name.text,
            heading=empty,
            body=empty,
            interest=fields.interest("interest", None),
            image=image,
            alt=fields.text("alt"),
            link=fields.link("link"),
            link_text=fields.merge("text"),
            evidence="",
            place=place,
            image_place=place if image else None,
        )
