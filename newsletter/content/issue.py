"""One issue file as an `Issue`."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from newsletter.content.allowing import read_allowed
from newsletter.content.fields import Fields
from newsletter.content.files import is_inside, relative
from newsletter.content.hints import shown
from newsletter.content.library import SLUG
from newsletter.content.reading import Reading
from newsletter.content.sections import read_sections
from newsletter.content.snippets import Shelf, body_text
from newsletter.content.yaml_tree import Scalar, line_at, plain, repeated_keys
from newsletter.errors import Place
from newsletter.model.audience import Audience
from newsletter.model.audience_rule import read_audience
from newsletter.model.content import Issue, Section, Topic

ISSUE_KEYS = (
    "number",
    "subject",
    "preheader",
    "send_at",
    "timezone",
    "layout",
    "audience",
    "snippets",
    "allow",
)
DEFAULT_LAYOUT = "classic"
_LONGEST_SLUG = 120
_WALL_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:00)?")


def read_issue(path: Path, reading: Reading, shelf: Shelf) -> Issue | None:
    """Read an issue and the snippets it names.

    Args:
        path: the issue's file.
        reading: gets every problem and every file opened.
        shelf: where snippets come from.

    Returns:
        The issue, or None when the reading has problems.
    """
    document = reading.document(path)
    if document is None:
        return None
    fields = Fields(document.settings, document.path, ISSUE_KEYS, reading)
    _check_slug(path.stem, fields)
    fields.require("number", "Each issue has one of its own, and keeps it.")
    fields.require("subject", "Say what the letter is about.")
    sections = read_sections(fields, shelf)
    body = body_text(document.body, Place(document.path, document.body_line), reading)
    if not document.body and "snippets" not in fields:
        reading.problem(Place(document.path), "The issue says nothing.", "Add words or snippets.")
    issue = Issue(
        number=fields.whole("number"),
        slug=path.stem,
        subject=fields.merge("subject"),
        preheader=fields.merge("preheader"),
        send_at=_send_at(fields),
        timezone=fields.zone("timezone"),
        layout=_layout(fields),
        audience=_audience(fields),
        sections=sections,
        body=body,
        topics=_topics(sections, reading, shelf),
        sources=tuple(sorted(reading.sources)),
        place=Place(document.path, 1),
        allowed=read_allowed(fields),
    )
    return None if reading.problems else issue


def better_slug(slug: str) -> str:
    """The nearest slug that can name an issue: itself when it can.

    Only digits would be a number.
    """
    if SLUG.fullmatch(slug) and not slug.isdecimal() and len(slug) <= _LONGEST_SLUG:
        return slug
    better = "-".join(re.findall(r"[a-z0-9]+", slug.lower())) or "my-issue"
    better = better[:_LONGEST_SLUG].strip("-")
    return f"issue-{better}" if better.isdecimal() else better


def _check_slug(slug: str, fields: Fields) -> None:
    better = better_slug(slug)
    if slug != better:
        fields.reading.problem(
            Place(fields.path),
            "The name of an issue's file has a-z, 0-9 and `-` only, and not only digits.",
            f"Rename it to {better}.md.",
        )


def _layout(fields: Fields) -> str:
    layouts = fields.reading.library.layouts
    name = fields.name("layout", tuple(layouts), "layout") or DEFAULT_LAYOUT
    if name not in layouts:
        message = f"There is no templates/layouts/{DEFAULT_LAYOUT}.mjml."
        fields.problem("layout", message, "Add it, or name another layout.")
        return name
    root = fields.reading.site.root
    if not is_inside(root, layouts[name]):
        fields.problem("layout", f'The layout "{name}" leads out of the site.', "Copy it there.")
    fields.reading.sources.add(relative(root, layouts[name]))
    return name


def _audience(fields: Fields) -> Audience:
    node = fields.node("audience")
    if node is None:
        return Audience()
    site = fields.reading.site
    for key in repeated_keys(node):
        message = f'"{shown(key.text)}" stands in the audience twice.'
        fields.reading.problem(Place(fields.path, key.line), message, "Keep one.")
    rule, faults = read_audience(plain(node), site.attributes, site.audiences)
    for fault in faults:
        line = line_at(node, fault.keys) if fault.keys else fields.place("audience").line
        fields.reading.problem(Place(fields.path, line), fault.message, fault.hint)
    return rule


def _send_at(fields: Fields) -> datetime | None:
    node = fields.node("send_at")
    if node is None:
        return None
    match = _WALL_TIME.fullmatch(node.text.strip()) if isinstance(node, Scalar) else None
    try:
        if match:
            # A wall time: it means nothing until the issue's zone is put to it.
            return datetime.fromisoformat(f"{match[1]} {match[2]}")
    except ValueError:
        pass
    hint = "Like 2026-12-01 09:00; the zone goes to `timezone`."
    fields.problem("send_at", "send_at is not a time as YYYY-MM-DD HH:MM.", hint)
    return None


def _topics(sections: tuple[Section, ...], reading: Reading, shelf: Shelf) -> tuple[Topic, ...]:
    slugs = dict.fromkeys(section.snippet.topic for section in sections if section.snippet.topic)
    return tuple(shelf.topic(slug, reading) for slug in slugs)
