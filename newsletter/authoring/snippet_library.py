"""The library of snippets as an editor browses it: what each looks like, and who used it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from newsletter.authoring.documents import read_bytes
from newsletter.authoring.letter import BODY
from newsletter.authoring.uses import User, all_uses
from newsletter.content.files import relative, text_of
from newsletter.content.front_matter import split_document
from newsletter.content.library import Library
from newsletter.content.reading import Reading
from newsletter.content.snippets import SNIPPET_KEYS, Shelf
from newsletter.content.yaml_tree import Scalar
from newsletter.errors import ContentError, Place, Problem
from newsletter.model.content import Snippet
from newsletter.model.site import Site

_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Entry:
    """One snippet of the library.

    Attributes:
        ref: `topic/name`.
        topic, topic_name: the folder, and what it is called.
        kind: empty when the file can not be read.
        interest: None means everyone.
        excerpt: the first words, without Markdown's signs.
        words: everything a search looks through.
        image: a name in `issues/media/`; empty without one.
        users: issues that use it, the latest first.
        problems: why it can not be used; `snippet` is None then.
    """

    ref: str
    topic: str
    topic_name: str
    kind: str
    interest: str | None
    title: str
    excerpt: str
    words: str
    image: str
    alt: str
    link: str
    users: tuple[User, ...]
    problems: tuple[Problem, ...]
    snippet: Snippet | None

    @property
    def last_used(self) -> str:
        """The latest date of an issue that uses it, as written; empty when none has one."""
        return max((user.send_at for user in self.users), default="")


def library(site: Site) -> tuple[Entry, ...]:
    """Every snippet, by topic and title; those that can not be used are among them."""
    names = Library(site)
    shelf = Shelf(site, names)
    uses = all_uses(site)
    topics = {slug: shelf.topic(slug, Reading(site, names)).name for slug in names.topics}
    entries = [_entry(site, ref, names, shelf, topics, uses.get(ref, ())) for ref in names.snippets]
    return tuple(sorted(entries, key=lambda entry: (entry.topic_name, folded(entry.title))))


def search(
    entries: Sequence[Entry], words: str = "", topic: str = "", kind: str = ""
) -> tuple[Entry, ...]:
    """The entries that hold all the words, in any order; case and accents do not count.

    Args:
        words: as typed; empty for all.
        topic, kind: only these; empty for all.
    """
    wanted = folded(words).split()
    return tuple(
        entry
        for entry in entries
        if topic in ("", entry.topic)
        and kind in ("", entry.kind)
        and all(word in entry.words for word in wanted)
    )


def folded(text: str) -> str:
    """A text as it is compared in a search: `Décolletage` is `decolletage`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def excerpt(markdown: str, longest: int = _EXCERPT) -> str:
    """The first words of a text without Markdown's signs, cut between words."""
    words = " ".join("".join(_words(markdown)).split())
    if len(words) <= longest:
        return words
    return words[:longest].rpartition(" ")[0].rstrip(".,;:") + "…"


def _entry(
    site: Site,
    ref: str,
    names: Library,
    shelf: Shelf,
    topics: Mapping[str, str],
    users: tuple[User, ...],
) -> Entry:
    reading = Reading(site, names)
    snippet = shelf.snippet(ref, reading)
    said = _said(site, ref, names)
    topic = ref.partition("/")[0]
    body = snippet.body.plain() if snippet else said.get("body", "")
    title = said.get("title") or ref
    return Entry(
        ref=ref,
        topic=topic,
        topic_name=topics[topic],
        kind=said.get("kind", ""),
        interest=snippet.interest if snippet else None,
        title=title,
        excerpt=excerpt(body),
        words=folded(" ".join((title, ref, topics[topic], *said.values()))),
        image=snippet.image.name if snippet and snippet.image else "",
        alt=said.get("alt", ""),
        link=said.get("link", ""),
        users=users,
        problems=tuple(reading.problems),
        snippet=snippet,
    )


def _said(site: Site, ref: str, names: Library) -> dict[str, str]:
    """The fields as they are written; none when the file can not be read at all."""
    path = names.snippets[ref]
    name = relative(site.root, path)
    try:
        document = split_document(text_of(read_bytes(site, path), Place(name)), name)
    except (ContentError, OSError):
        return {}
    said = {
        key.text: value.text.strip()
        for key, value in document.settings.entries
        if key.text in SNIPPET_KEYS and isinstance(value, Scalar)
    }
    return {**said, BODY: document.body}


def _words(markdown: str) -> Iterator[str]:
    for block in _parser().parse(markdown):
        for token in block.children or ():
            if token.type in ("text", "code_inline"):
                yield token.content
            elif token.type in ("softbreak", "hardbreak"):
                yield " "
        yield " "


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])
