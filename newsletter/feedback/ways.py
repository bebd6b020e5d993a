"""By which ways people of the site are told: mail, and a webhook's POST."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Protocol
from urllib.parse import urlsplit

import orjson

from newsletter.config import NotifySettings
from newsletter.errors import NewsletterError
from newsletter.model.notice import Notice, TellingState
from newsletter.model.rendition import Rendition
from newsletter.model.site import Site
from newsletter.model.transport import Answer, Batch, Outcome, Receipt, Recipient, Transport
from newsletter.rendering.system_letter import system_letter
from newsletter.rendering.system_mail import NOTICE, print_notice
from newsletter.store.tellings import TellingEnd
from newsletter.transports.webhook import Taken, post_json

_NOTHING_LEFT_US = (
    Answer.RATE_LIMITED,
    Answer.UNREACHABLE,
    Answer.KEY_REFUSED,
    Answer.PARTLY,
)
_STATE_OF = {
    Outcome.ACCEPTED: TellingState.TOLD,
    Outcome.REJECTED: TellingState.FAILED,
    Outcome.UNKNOWN: TellingState.UNKNOWN,
}
_TAKEN = {
    Taken.YES: TellingState.TOLD,
    Taken.LATER: TellingState.WAITING,
    Taken.NO: TellingState.FAILED,
    Taken.PERHAPS: TellingState.UNKNOWN,
}


class Way(Protocol):
    """One way to one place."""

    @property
    def name(self) -> str:
        """Unlike that of any other way of the site, and without secrets."""
        ...

    def tell(self, notice: Notice, tries: int) -> TellingEnd:
        """Tell it once; WAITING when nothing left us."""
        ...


@dataclass(frozen=True)
class MailWay:
    """A mail of the program itself, to one address of the settings.

    Attributes:
        transport: what issues go out through, or a mail server.
    """

    address: str
    site: Site
    site_id: str
    transport: Transport

    @property
    def name(self) -> str:
        """`mail:ADDRESS`."""
        return f"mail:{self.address}"

    def tell(self, notice: Notice, tries: int) -> TellingEnd:
        """One mail; it belongs to no list and nothing in it is followed."""
        made = _printed(self.site, notice)
        letter = system_letter(self.site, made, NOTICE)
        number = f"{self.site_id}-n{notice.id:x}"
        reader = Recipient(number, self.address, "", (), "")
        return _end_of(self.transport.send(Batch(letter, f"{number}-{tries}", (reader,))))


@dataclass(frozen=True)
class UrlWay:
    """A POST of JSON; chat services that take webhooks show its `text`."""

    url: str
    site: Site

    @property
    def name(self) -> str:
        """`url:HOST-` and a part of the address's hash: the address may be a secret."""
        host = urlsplit(self.url).hostname or ""
        return f"url:{host[:100]}-{sha256(self.url.encode()).hexdigest()[:12]}"

    def tell(self, notice: Notice, tries: int) -> TellingEnd:
        """One POST."""
        document = notice_record(notice) | {
            "site": self.site.name,
            "text": f"{self.site.name}: {notice.title}\n{notice.words}",
        }
        posted = post_json(self.url, orjson.dumps(document))
        return TellingEnd(_TAKEN[posted.taken], posted.reason)


def ways_of(
    site: Site, site_id: str, settings: NotifySettings, transport: Transport | None
) -> tuple[Way, ...]:
    """All that the settings name.

    Args:
        transport: what the mails go out through; None where nothing is set up to send with.
    """
    mails = [MailWay(each, site, site_id, transport) for each in settings.emails if transport]
    return (*mails, *(UrlWay(url, site) for url in settings.urls))


def notice_record(notice: Notice) -> dict[str, object]:
    """A notice as JSON: for webhooks and scripts."""
    return {
        "id": notice.id,
        "kind": notice.kind.value,
        "at": notice.at.isoformat(timespec="seconds"),
        "issue": notice.issue_number or None,
        "dispatch": notice.dispatch_id or None,
        "title": notice.title,
        "words": notice.words,
    }


def _printed(site: Site, notice: Notice) -> Rendition:
    """By the site's template, or bare: a notice matters more than its looks."""
    try:
        return print_notice(site, notice.title, notice.words).rendition
    except NewsletterError:
        title, words = escape(notice.title), escape(notice.words)
        return Rendition(
            variant=NOTICE,
            interests=(),
            sections=(),
            subject=f"{site.name}: {notice.title}",
            preheader="",
            html=f"<!doctype html><html><body><h1>{title}</h1><p>{words}</p></body></html>",
            text=f"{notice.title}\n\n{notice.words}\n\n-- \n{site.sender.postal_address}\n",
            nonce="",
            merge_tags=(),
        )


def _end_of(receipt: Receipt) -> TellingEnd:
    outcome = receipt.outcomes[0]
    words = receipt.reasons.get(0, receipt.reason)
    if outcome is not Outcome.UNTOUCHED:
        return TellingEnd(_STATE_OF[outcome], words)
    if receipt.answer in _NOTHING_LEFT_US:
        return TellingEnd(TellingState.WAITING, words, receipt.not_before)
    return TellingEnd(TellingState.FAILED, words)
