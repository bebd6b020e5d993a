"""The middle of the issue page: the real bytes, in every way somebody may want to see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from newsletter.checks.simulating import CLIENTS
from newsletter.checks.simulating.darkening import METHODS
from newsletter.errors import NewsletterError, NotFound
from newsletter.model.person import Role
from newsletter.publishing import neutral_reader
from newsletter.publishing.spotting import Spotted, spot
from newsletter.store import Store
from newsletter.store.readers import Reader, find_reader, reader_at
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import masked
from newsletter.web.preview import letter
from newsletter.web.preview.personas import PERSONAS
from newsletter.web.preview.showing import variant_label
from newsletter.web.preview.shown import Shown, shown
from newsletter.web.preview.trouble import troubles
from newsletter.web.preview.view import DESKTOP, NARROWEST, PHONE, WIDEST
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

_BY_NUMBER = " Name one by the number that the rehearsal shows; addresses are for admins."
_STYLE = re.compile(r' style="[^"]*"|<head>.*</head>', re.DOTALL)
SHOWS = (
    ("mail", "Mail"),
    ("text", "Plain text"),
    ("spoken", "Read aloud"),
    ("source", "Source"),
    ("raw", "Whole mail, raw"),
)
SCHEMES = (
    ("light", "Light"),
    ("dark", "Dark, as designed"),
    ("inverted", "Dark, all inverted (Outlook, Gmail on iOS)"),
    ("darkened", "Dark, half inverted (Outlook.com, Gmail on Android)"),
)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """The letter in a list of mails.

    Attributes:
        client: whose list.
        subject, preheader: as far as there is room.
        is_cut: whether some of the subject is not seen.
    """

    client: str
    subject: str
    preheader: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Inbox:
    """Room for the two lines, in signs, as it is on common screens."""

    client: str
    subject: int
    both: int = 0
    preheader: int = 0


_INBOXES = (
    _Inbox("iPhone Mail", subject=38, preheader=84),
    _Inbox("Gmail on the web", subject=70, both=104),
    _Inbox("Outlook on Windows", subject=54, preheader=46),
)


class IssueStage:
    """What stands in the frame, and what the page needs to know about it."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """The frame's letter, its marks, and files to keep."""
        return [
            Address("/issues/{slug}/mail/{variant}.html", get=self.html),
            Address("/issues/{slug}/mail/{variant}.txt", get=self.text),
            Address("/issues/{slug}/mail/{variant}.eml", get=self.eml),
            Address("/issues/{slug}/marks", get=self.marks),
        ]

    def html(self, visit: Visit) -> Response:
        """The HTML part for the frame; with `exact=1` untouched, as a file."""
        bench = Bench.of(self.side, visit)
        try:
            part = shown_on(bench, visit.named["variant"])
        except NotFound:
            part = shown_on(bench, "")  # what was shown is gone with the last change
        except NewsletterError as problem:
            told = {"troubles": troubles(problem, self.side.root)}
            answer = self.side.draw(visit, "issue_broken", told, 200)
            # It stands in the letter's frame, which pages of the studio refuse.
            answer.headers["Content-Security-Policy"] = letter.FRAME_POLICY.format(images="'none'")
            return answer
        if visit.query.get("exact"):
            return letter.exact(part.mail, _name(visit))
        return letter.framed(part.html, part.galley.site, part.view.images == "on")

    def text(self, visit: Visit) -> Response:
        """The text part alone."""
        return letter.plain(self._shown(visit).mail)

    def eml(self, visit: Visit) -> Response:
        """The whole mail as a file."""
        return letter.message(self._shown(visit).eml, _name(visit))

    def marks(self, visit: Visit) -> Response:
        """The shown variant with marks, and what each of them leads to."""
        bench = Bench.of(self.side, visit)
        galley = self.side.desk.galley(bench.slug)
        known = {each.variant for each in galley.variants}
        wanted = bench.view.variant
        return JSONResponse(_marks_row(spot(galley, wanted if wanted in known else "")))

    def _shown(self, visit: Visit) -> Shown:
        return shown_on(Bench.of(self.side, visit), visit.named["variant"])


def shown_on(bench: Bench, variant: str) -> Shown:
    """What a bench's view shows of a variant, for a persona or a chosen reader."""
    return shown(bench.side.desk, bench.slug, variant, bench.view, chosen_reader(bench))


def chosen_reader(bench: Bench) -> Mapping[str, str] | None:
    """A real reader's values; None when none is chosen.

    Publishers name a reader by number, as the rehearsal does, and see no address; admins may
    also ask by address.

    Raises:
        NotFound: there is no such reader, or not for who asks.
    """
    asked, person = bench.visit.query.get("as", "").strip(), bench.visit.person
    if not asked or not person.may(Role.PUBLISHER):
        return None
    sees_all = person.may(Role.ADMIN)
    found = _reader_named(bench.side.store, asked, by_address=sees_all)
    if found is None:
        raise NotFound(f"There is no reader {asked[:80]}." + ("" if sees_all else _BY_NUMBER))
    own = {f"subscriber.{name}": value for name, value in found.attributes.items()}
    email = found.email if sees_all else masked(found.email)
    named = {"subscriber.email": email, "subscriber.first_name": found.first_name}
    return {**neutral_reader(bench.side.site), **own, **named}


def _reader_named(store: Store, asked: str, *, by_address: bool) -> Reader | None:
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 16 else 0
    if not number and not by_address:
        return None
    with store.read() as connection:
        found = find_reader(connection, number) if number else reader_at(connection, asked.lower())
    return None if found is None or found.status is Status.ERASED else found


def stage_values(bench: Bench) -> dict[str, Any]:
    """For `issue_stage.html`."""
    view = bench.view
    values = {
        "view": view,
        "version": bench.version,
        "shows": SHOWS,
        "schemes": SCHEMES,
        "clients": CLIENTS,
        "personas": PERSONAS,
        "widths": {"phone": PHONE, "desktop": DESKTOP, "least": NARROWEST, "most": WIDEST},
        "by_address": bench.visit.person.may(Role.ADMIN),
        "as_reader": bench.visit.query.get("as", "") if bench.is_publisher else "",
        "variants": _variants(bench),
    }
    return {**values, **_sheet(bench)}


def _sheet(bench: Bench) -> dict[str, Any]:
    nothing: dict[str, Any] = {"part": None, "words": "", "frame": "", "inbox": ()}
    try:
        part = shown_on(bench, _known_variant(bench))
    except NewsletterError as problem:
        return {**nothing, "troubles": troubles(problem, bench.side.root)}
    return {
        "part": part,
        "troubles": (),
        "words": "" if bench.view.show == "mail" else part.words,
        "frame": frame_address(bench, part.rendition.variant),
        "inbox": tuple(inbox_rows(part.mail.subject, part.preheader)),
    }


def frame_address(bench: Bench, variant: str, kind: str = "html") -> str:
    """Where the frame finds the letter; another state of the files has another address."""
    view = asdict(bench.view)
    asked = {name: view[name] for name in ("persona", "reader", "images", "client")}
    asked["scheme"] = bench.view.scheme if bench.view.scheme in METHODS else ""
    asked |= {"as": bench.visit.query.get("as", ""), "v": bench.version}
    said = {name: value for name, value in asked.items() if value}
    return f"{bench.path}/mail/{variant}.{kind}?{urlencode(said)}"


def inbox_rows(subject: str, preheader: str) -> list[InboxRow]:
    """The letter in the lists of three clients, cut where they cut."""
    rows = []
    for each in _INBOXES:
        head = _cut(subject, each.subject)
        room = each.preheader or each.both - len(head)
        rows.append(InboxRow(each.client, head, _cut(preheader, room), head != subject))
    return rows


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: max(room - 1, 0)].rstrip()}…"


def _known_variant(bench: Bench) -> str:
    """The variant asked for, as long as the issue has it."""
    names = {name for name, _ in _variants(bench)}
    return bench.view.variant if bench.view.variant in names else ""


def _variants(bench: Bench) -> tuple[tuple[str, str], ...]:
    galley = bench.galley
    if galley is None:
        return ()
    return tuple((each.variant, variant_label(each, galley.site)) for each in galley.variants)


def _marks_row(spotted: Spotted) -> dict[str, Any]:
    return {
        # A page that may not style inline complains of styles even in what is only parsed.
        "html": _STYLE.sub("", spotted.html),
        "sign": spotted.sign,
        "digits": spotted.digits,
        "spots": [[s.place.path, s.place.line, s.section] for s in spotted.spots],
    }


def _name(visit: Visit) -> str:
    return "{slug}-{variant}".format_map(visit.named)
