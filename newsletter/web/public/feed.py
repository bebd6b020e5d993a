"""Atom, for those who read letters in a feed reader (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from newsletter.model.site import Site
from newsletter.web.public.visit import clean

_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One issue.

    Attributes:
        address: absolute; also its id, for it never changes.
        published, updated: aware.
    """

    address: str
    title: str
    summary: str
    published: datetime
    updated: datetime


def atom_feed(site: Site, entries: Sequence[FeedEntry]) -> bytes:
    """The feed document, UTF-8; entries as given."""
    register_namespace("", _ATOM)
    feed = Element(_name("feed"))
    _add(feed, "title", site.name)
    _add(feed, "id", f"{site.public_url}/")
    _add(feed, "updated", _moment(max((e.updated for e in entries), default=_NEVER)))
    _link(feed, "self", f"{site.public_url}/feed.xml", "application/atom+xml")
    _link(feed, "alternate", f"{site.public_url}/archive/", "text/html")
    _add(SubElement(feed, _name("author")), "name", site.sender.name)
    for entry in entries:
        _entry(SubElement(feed, _name("entry")), entry)
    data: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return data


def _entry(element: Element, entry: FeedEntry) -> None:
    _add(element, "title", entry.title)
    _add(element, "id", entry.address)
    _link(element, "alternate", entry.address, "text/html")
    _add(element, "published", _moment(entry.published))
    _add(element, "updated", _moment(entry.updated))
    if entry.summary:
        _add(element, "summary", entry.summary)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, _name(name)).text = clean(text)


def _link(parent: Element, relation: str, address: str, kind: str) -> None:
    SubElement(parent, _name("link"), {"rel": relation, "type": kind, "href": address})


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
