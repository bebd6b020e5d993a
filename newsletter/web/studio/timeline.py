"""A reader's history as one line of time, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.model.consent import (
    Channel,
    ConsentRecord,
    ConsentStep,
    MailName,
    MailState,
    RequestKind,
)
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store.histories import Letter, Told
from newsletter.store.requests import Request
from newsletter.subscribing.history import History

_O, _F, _S, _E = DeliveryOutcome, Feedback, ConsentStep, EventKind


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    Attributes:
        kind: `consent`, `letter`, `event`, `mail` or `request`; picks its mark.
        tone: fine, warning, error, info or plain.
        quote: the exact words agreed to; empty where nothing was.
        facts: (name, value) pairs beneath.
        copy: of a letter that can be read as sent, its delivery; else 0.
    """

    at: datetime
    kind: str
    title: str
    tone: str = "plain"
    quote: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    copy: int = 0


def timeline(history: History) -> tuple[Happening, ...]:
    """Everything that happened, the newest first."""
    found = [
        *map(_consent, history.proof),
        *map(_letter, history.letters),
        *map(_told, history.told),
        *_requests(history.requests),
        *(_mail(it.name, it.state, it.ended_at or it.queued_at) for it in history.mails),
    ]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def _consent(line: ConsentRecord) -> Happening:
    title, tone = _STEPS[line.what]
    facts = (
        ("How", _CHANNELS[line.channel]),
        ("Form", " ".join(filter(None, (line.form, line.form_version)))),
        ("Note", line.note),
        ("Address then", line.address),
        ("Network", line.ip),
        ("Browser", line.user_agent),
    )
    return Happening(line.at, "consent", title, tone, line.wording, _said(facts))


def _letter(letter: Letter) -> Happening:
    words, tone = _OUTCOMES[letter.outcome]
    if letter.reason is not None:
        words = f"Not sent: {_REASONS[letter.reason]}"
    facts = (("Came to", _FEEDBACKS[letter.feedback]),)
    title = f"Letter {letter.issue_number}, “{letter.subject}”: {words}"
    copy = letter.delivery if letter.is_readable else 0
    return Happening(letter.at, "letter", title, tone, "", _said(facts), copy)


def _told(told: Told) -> Happening:
    title, tone = _EVENTS[told.kind]
    name = "Link" if told.kind is _E.CLICKED else "Words"
    facts = ((name, told.words), ("By", "a machine, surely" if told.by_machine else ""))
    return Happening(
        told.at, "event", f"Letter {told.issue_number}: {title}", tone, "", _said(facts)
    )


def _requests(requests: tuple[Request, ...]) -> Iterator[Happening]:
    for each in requests:
        state = "used, or ended by a no" if each.is_spent else "not used"
        facts = (("The link", state), ("Good until", f"{each.expires_at:%Y-%m-%d %H:%M} UTC"))
        yield Happening(each.made_at, "request", _REQUESTS[each.kind], "plain", "", facts)


def _mail(name: MailName, state: MailState, at: datetime) -> Happening:
    words, tone = _MAILS[state]
    return Happening(at, "mail", f"{_MAIL_NAMES[name]}: {words}", tone)


def _said(facts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in facts if pair[1])


_STEPS = {
    _S.REQUESTED: ("Somebody typed this address into a form", "plain"),
    _S.IMPORTED: ("Brought in", "fine"),
    _S.CONFIRMED: ("Said yes, by the link in a mail", "fine"),
    _S.WITHDRAWN: ("Unsubscribed", "warning"),
    _S.UNDONE: ("Took the unsubscribing back", "fine"),
    _S.REASON_GIVEN: ("Told why they left", "plain"),
    _S.SUPPRESSED: ("The address was closed: bounced or complained", "error"),
    _S.LIFTED: ("The address was opened again", "info"),
    _S.CHOSE_INTERESTS: ("Interests were chosen", "plain"),
    _S.PAUSED: ("Asked for a break, or ended one", "info"),
    _S.RENAMED: ("Details were changed", "plain"),
    _S.ADDRESS_CHANGED: ("Moved to another address", "info"),
    _S.DOWNLOADED: ("Looked at everything kept about them", "plain"),
    _S.ERASED: ("Erased", "warning"),
}
_CHANNELS = {
    Channel.FORM: "the sign-up form",
    Channel.API: "the sign-up form of another site",
    Channel.ONE_CLICK: "the unsubscribe button of their mail program",
    Channel.PAGE: "one of the letter's own pages",
    Channel.MAIL: "a mail to the unsubscribe address",
    Channel.ADMIN: "a person of the site",
    Channel.PROVIDER: "the provider",
    Channel.COMPLAINT: "the spam button of their mail program",
    Channel.IMPORT: "a list that was imported",
}
_OUTCOMES = {
    _O.QUEUED: ("waits to be sent", "info"),
    _O.SENDING: ("being sent", "info"),
    _O.ACCEPTED: ("sent", "fine"),
    _O.UNKNOWN: ("uncertain whether it was sent", "warning"),
    _O.REJECTED: ("refused by the provider", "error"),
    _O.EXCLUDED: ("not sent", "plain"),
}
_REASONS = {
    ExclusionReason.SUPPRESSED: "the address had bounced or complained",
    ExclusionReason.UNSUBSCRIBED: "they had unsubscribed",
    ExclusionReason.ERASED: "they were erased",
    ExclusionReason.PAUSED: "they were taking a break",
    ExclusionReason.NOTHING_CHOSEN: "nothing in it was among their interests",
    ExclusionReason.ALREADY_MAILED: "they had it already",
    ExclusionReason.CANCELLED: "it was cancelled",
    ExclusionReason.UNFIT: "their values can not stand in a mail",
    ExclusionReason.DECIDED: "a person left them out",
}
_FEEDBACKS = {
    _F.NONE: "",
    _F.DEFERRED: "their server said: later",
    _F.DELIVERED: "their mailbox",
    _F.BOUNCED: "nobody: it bounced",
    _F.DROPPED: "nobody: the provider did not try",
}
_EVENTS = {
    _E.PROCESSED: ("taken by the provider", "plain"),
    _E.DEFERRED: ("their server said: later", "info"),
    _E.DELIVERED: ("delivered", "fine"),
    _E.BOUNCED: ("bounced", "error"),
    _E.BLOCKED: ("refused this time", "warning"),
    _E.DROPPED: ("not tried by the provider", "warning"),
    _E.COMPLAINED: ("reported as spam", "error"),
    _E.UNSUBSCRIBED: ("unsubscribed by the provider's own link", "warning"),
    _E.OPENED: ("opened", "plain"),
    _E.CLICKED: ("a link was clicked", "plain"),
    _E.UNKNOWN: ("something the provider told that nobody knows", "plain"),
}
_REQUESTS = {
    RequestKind.CONFIRM: "Asked to join; a link was mailed to confirm it",
    RequestKind.FRESH: "Asked for a link to their own data",
    RequestKind.ADDRESS_CHANGE: "Asked to move to another address",
}
_MAIL_NAMES = {
    MailName.CONFIRM: "The mail that asks to confirm",
    MailName.WELCOME: "The welcome mail",
    MailName.GOODBYE: "The goodbye mail",
    MailName.FRESH_LINK: "The mail with a link to their data",
    MailName.PREFERENCES_LINK: "The mail with a link to their preferences",
    MailName.ADDRESS_CHANGE: "The mail about the new address",
}
_MAILS = {
    MailState.QUEUED: ("waits", "info"),
    MailState.SENDING: ("being sent", "info"),
    MailState.SENT: ("sent", "fine"),
    MailState.REJECTED: ("not sent", "warning"),
    MailState.UNKNOWN: ("uncertain whether it was sent", "warning"),
}
