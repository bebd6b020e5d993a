"""An issue as authored, with everything it names already found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.errors import Place
from newsletter.model.audience import Audience
from newsletter.model.merge import MergeText

INLINE_KINDS = ("cta", "divider", "image")
INTEREST_OF_KIND = {"tip": "tips", "resource": "resources", "news": "news"}
SUBSCRIBER_ZONE = "subscriber"


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster file in `issues/media/` that exists and opens.

    Attributes:
        name: as authored, relative to `issues/media/`.
        path: absolute.
        width: pixels.
        height: pixels.
    """

    name: str
    path: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A folder of snippets.

    Attributes:
        slug: the folder's name.
        disclaimer: Markdown that stands in every issue using the topic; may be empty.
    """

    slug: str
    name: str
    description: str
    disclaimer: MergeText
    place: Place


@dataclass(frozen=True, slots=True)
class Snippet:
    """One reusable piece, or an inline piece of an issue.

    Attributes:
        slug: `topic/name`; for an inline piece its kind and position: `cta-3`.
        kind: picks the look in `templates/snippets/<kind>.mjml`.
        title: its name in the library.
        heading: what readers see above it; the title unless said otherwise.
        body: Markdown; empty for inline pieces.
        interest: the Interest it belongs to; None means everyone.
        alt: the picture's text; `""` only when the author wrote `alt: ""` (decoration).
        link: absolute https address or empty; may hold merge fields.
        link_text: what the link says; empty lets the look decide.
        evidence: source of a claim; shown to checkers, not to readers.
        place: where it is defined.
        image_place: the line that names the picture; None when there is none.
    """

    slug: str
    kind: str
    title: str
    heading: MergeText
    body: MergeText
    interest: str | None
    image: Picture | None
    alt: str
    link: MergeText
    link_text: MergeText
    evidence: str
    place: Place
    image_place: Place | None = None

    @property
    def topic(self) -> str:
        """The topic's slug, or empty for an inline piece."""
        return self.slug.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Section:
    """A Snippet at its place in an Issue, overrides applied.

    Attributes:
        key: unique within the issue; the snippet's slug, with `-2` for a repeat.
        place: the line of the issue that names it.
    """

    key: str
    snippet: Snippet
    place: Place

    @property
    def interest(self) -> str | None:
        """The Interest that decides who gets it; None means everyone."""
        return self.snippet.interest

    @property
    def counts(self) -> bool:
        """Whether it is something to read, and not only a frame around it."""
        return self.snippet.kind not in INLINE_KINDS


@dataclass(frozen=True, slots=True)
class Allowed:
    """A rule whose findings the author of an issue knows of and accepts.

    Attributes:
        rule: its id: `H04`.
        because: the reason, which is kept with the approval.
        place: the line that says so.
    """

    rule: str
    because: str
    place: Place


@dataclass(frozen=True, slots=True)
class Issue:
    """One newsletter as authored; its identity is `number`.

    Attributes:
        slug: the file's name without `.md`.
        send_at: proposed wall time, naive by intent: it means nothing without `timezone`.
        timezone: IANA name, `subscriber`, or empty for the site's.
        layout: a file in `templates/layouts/`, without `.mjml`.
        body: the opening, Markdown.
        topics: those whose snippets it uses, in order of first use.
        sources: every file it was read from, relative to the site, sorted.
        allowed: rules it accepts with a reason.
    """

    number: int
    slug: str
    subject: MergeText
    preheader: MergeText
    send_at: datetime | None
    timezone: str
    layout: str
    audience: Audience
    sections: tuple[Section, ...]
    body: MergeText
    topics: tuple[Topic, ...]
    sources: tuple[str, ...]
    place: Place
    allowed: tuple[Allowed, ...] = ()
