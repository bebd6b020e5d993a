"""Every issue that went out, at a lasting address; the feed; a reader's own copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import escape
from starlette.responses import HTMLResponse, Response

from newsletter.errors import NotFound
from newsletter.model.rendition import Rendition
from newsletter.rendering import fill
from newsletter.store.approvals import load_picture
from newsletter.store.archive import (
    SentIssue,
    fullest_rendition,
    pictures_of,
    reader_copy,
    sent_issues,
)
from newsletter.tokens import Purpose
from newsletter.web.public.covers import Cover, first_picture, make_cover
from newsletter.web.public.feed import FeedEntry, atom_feed
from newsletter.web.public.headers import LETTER_POLICY, OPEN, SECRET
from newsletter.web.public.routing import Address
from newsletter.web.public.side import PublicSide
from newsletter.web.public.visit import Visit

MOST_IN_FEED = 20
_PICTURE = r"/([0-9a-f]{64}\.[a-z]{3,4})\b"
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CoverView:
    """A picture that stands for an issue.

    Attributes:
        src: a light copy at our own address.
        shared: absolute address of the frozen picture, for pages that link here.
        width, height: pixels of the light copy.
    """

    src: str
    shared: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue as templates see it.

    Attributes:
        day, date: when it went out, for people and for machines.
        corrected: the day on which what is shown was approved instead, or empty.
    """

    number: int
    slug: str
    subject: str
    preheader: str
    day: str
    date: str
    corrected: str
    address: str
    cover: CoverView | None


class Archive:
    """The pages of what was sent."""

    def __init__(self, side: PublicSide) -> None:
        self.side = side
        self._covers: dict[int, Cover | None] = {}  # by approval: frozen bytes never change

    def addresses(self) -> list[Address]:
        """Where they are."""
        return [
            Address("/archive/", get=self.index),
            Address("/archive/{slug}", get=self.issue),
            Address("/feed.xml", get=self.feed),
            Address("/view/{token}", get=self.copy),
        ]

    def latest(self) -> IssueView | None:
        """The issue that went out last."""
        found = self._sent()
        return self._view(found[0], with_cover=True) if found else None

    def cover(self, name: str) -> bytes | None:
        """The bytes of the latest issue's light picture, by its name."""
        self.latest()
        covers = (cover for cover in self._covers.values() if cover)
        return next((cover.data for cover in covers if cover.filename == name), None)

    def index(self, visit: Visit) -> Response:
        """All of them, the newest first."""
        issues = [self._view(each) for each in self._sent()]
        return self.side.pages.open_page("archive", "/archive/", {"issues": issues})

    def issue(self, visit: Visit) -> Response:
        """One of them, as a reader without values gets it."""
        sent = self._find(visit.named["slug"])
        view = self._view(sent, with_cover=True)
        with self.side.reception.store.read() as connection:
            rendition = fullest_rendition(connection, sent.approval)
        reader = {
            "link.unsubscribe": f"{self.side.site.public_url}/preferences",
            "link.preferences": f"{self.side.site.public_url}/preferences",
            "link.view": view.address,
        }
        return self._letter(rendition, reader, {"issue": view, "is_own": False}, OPEN)

    def copy(self, visit: Visit) -> Response:
        """What this reader got, with their own values and links."""
        mark = self.side.reception.signer.read(Purpose.VIEW, visit.token)
        with self.side.reception.store.read() as connection:
            found = reader_copy(connection, mark.subscriber, mark.about) if mark else None
        if found is None or mark is None:
            raise NotFound("This letter is not here any more.")
        links = self.side.addresses
        reader = {
            **found.values,
            "link.unsubscribe": links.unsubscribe(mark.subscriber, mark.about),
            "link.preferences": links.preferences(mark.subscriber, mark.about),
            "link.view": links.view(mark.subscriber, mark.about),
        }
        return self._letter(found.rendition, reader, {"issue": None, "is_own": True}, SECRET)

    def feed(self, visit: Visit) -> Response:
        """The newest issues as Atom (RFC 4287)."""
        entries = [self._entry(each) for each in self._sent()[:MOST_IN_FEED]]
        return Response(
            atom_feed(self.side.site, entries),
            media_type="application/atom+xml",
            headers=OPEN,
        )

    def _letter(
        self,
        rendition: Rendition,
        reader: Mapping[str, str],
        values: Mapping[str, object],
        headers: Mapping[str, str],
    ) -> Response:
        """A mail's frozen HTML with a bar above it, shut in by its own policy."""
        html = self._with_local_pictures(fill(rendition, reader).html)
        for place, name in ((_HEAD, "letter_head"), (_BODY, "letter_bar")):
            piece = self.side.pages.piece(name, values)
            html = place.sub(lambda tag, piece=piece: tag[0] + piece, html, count=1)  # type: ignore[misc]
        return HTMLResponse(html, headers={**headers, "Content-Security-Policy": LETTER_POLICY})

    def _with_local_pictures(self, html: str) -> str:
        """Pictures from here, wherever mails load them from: nobody else hears of the visit."""
        base = re.escape(str(escape(self.side.site.images_url)))
        return re.sub(base + _PICTURE, r"/media/\1", html)

    def _sent(self) -> tuple[SentIssue, ...]:
        with self.side.reception.store.read() as connection:
            return sent_issues(connection)

    def _find(self, slug: str) -> SentIssue:
        sent = self._sent()
        by_name = [each for each in sent if each.slug == slug]
        renamed = [each for each in sent if slug in each.slugs]
        for found in (*by_name, *renamed):
            return found
        raise NotFound("There is no such letter.")

    def _view(self, sent: SentIssue, *, with_cover: bool = False) -> IssueView:
        zone = ZoneInfo(self.side.site.dispatch.timezone)
        return IssueView(
            number=sent.number,
            slug=sent.slug,
            subject=sent.subject,
            preheader=sent.preheader,
            day=_day(sent.sent_at, zone),
            date=sent.sent_at.astimezone(zone).date().isoformat(),
            corrected=_day(sent.corrected_at, zone) if sent.corrected_at else "",
            address=self._address(sent),
            cover=self._cover(sent.approval) if with_cover else None,
        )

    def _entry(self, sent: SentIssue) -> FeedEntry:
        return FeedEntry(
            address=self._address(sent),
            title=sent.subject,
            summary=sent.preheader,
            published=sent.sent_at,
            updated=sent.corrected_at or sent.sent_at,
        )

    def _address(self, sent: SentIssue) -> str:
        return f"{self.side.site.public_url}/archive/{quote(sent.slug)}"

    def _cover(self, approval: int) -> CoverView | None:
        if approval not in self._covers:
            self._covers[approval] = self._make_cover(approval)
        cover = self._covers[approval]
        if cover is None:
            return None
        shared = f"{self.side.site.images_url}/{cover.original}"
        return CoverView(f"/media/{cover.filename}", shared, cover.width, cover.height)

    def _make_cover(self, approval: int) -> Cover | None:
        theme = self.side.site.theme
        with self.side.reception.store.read() as connection:
            html = fullest_rendition(connection, approval).html
            pictures = pictures_of(connection, approval)
            original = first_picture(html, pictures, (theme.logo, theme.logo_dark))
            if original is None:
                return None
            sha256, _, extension = original.filename.partition(".")
            data = load_picture(connection, sha256, extension)
        return make_cover(original, data) if data else None


def _day(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}"
