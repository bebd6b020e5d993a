"""A reader's yes and no, and the mails that ask for them: words and allowed steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.model.ledger import Step, Steps


class ConsentStep(StrEnum):
    """What a line of the proof says happened; 16 characters at most."""

    REQUESTED = "requested"  # someone typed the address into a form
    IMPORTED = "imported"  # a yes given elsewhere, with its proof
    CONFIRMED = "confirmed"  # a mail's link was followed and the button pressed
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"  # a withdrawal taken back
    REASON_GIVEN = "reason_given"  # why, told after a withdrawal
    SUPPRESSED = "suppressed"  # bounced or complained
    LIFTED = "lifted"  # the end of a suppression
    CHOSE_INTERESTS = "chose_interests"
    PAUSED = "paused"
    RENAMED = "renamed"
    ADDRESS_CHANGED = "address_changed"
    DOWNLOADED = "downloaded"
    ERASED = "erased"


class Channel(StrEnum):
    """By which way something came."""

    FORM = "form"  # the sign-up form
    API = "api"
    ONE_CLICK = "one_click"  # a mail program's own button (RFC 8058)
    PAGE = "page"
    MAIL = "mail"  # an answer or a mail to the List-Unsubscribe address
    ADMIN = "admin"
    PROVIDER = "provider"  # an event or list of the provider
    COMPLAINT = "complaint"
    IMPORT = "import"


class SuppressionReason(StrEnum):
    """Why an address is never mailed."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    IMPORTED = "imported"  # another program had it suppressed and told no reason


class RequestKind(StrEnum):
    """What someone asked for and has yet to prove by a link in a mail."""

    CONFIRM = "confirm"
    FRESH = "fresh"
    ADDRESS_CHANGE = "address_change"


class MailName(StrEnum):
    """Mails of the system; each is a folder in `templates/mail/`."""

    CONFIRM = "confirm"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    FRESH_LINK = "fresh-link"
    PREFERENCES_LINK = "preferences-link"
    ADDRESS_CHANGE = "address-change"


class MailState(StrEnum):
    """Where one mail of the system stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


_M = MailState

MAIL_STEPS: Steps[MailState] = Steps(
    "System mail",
    (
        Step(_M.QUEUED, _M.SENDING, "committed before the socket opens"),
        Step(_M.QUEUED, _M.REJECTED, "what it offers has ended, or the reader is gone"),
        Step(_M.SENDING, _M.QUEUED, "nothing left us"),
        Step(_M.SENDING, _M.SENT),
        Step(_M.SENDING, _M.REJECTED),
        Step(_M.SENDING, _M.UNKNOWN, "perhaps it was taken; never sent again"),
        Step(_M.UNKNOWN, _M.SENT, "evidence"),
        Step(_M.UNKNOWN, _M.REJECTED, "evidence"),
    ),
)


@dataclass(frozen=True, slots=True)
class FormEvidence:
    """The circumstances of something a person did, kept as proof.

    Attributes:
        form: which form or page: `sign-up`, `embed`, `api`.
        form_version: changes whenever the form's words do.
        wording: the exact words agreed to, as shown; empty where nothing was agreed to.
        ip: the person's address as the server saw it; may be empty.
        user_agent: as sent; cut to 500 characters.
    """

    form: str = ""
    form_version: str = ""
    wording: str = ""
    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One line of the proof of a yes or a no.

    Attributes:
        id: in the order in which things happened.
        subscriber: id of the reader it was about.
        address: empty once erased.
        at: aware, UTC.
        wording: the words agreed to; empty where nothing was agreed to.
        wording_sha256: of those words, UTF-8, hexadecimal; may be empty.
        ip: cut to its network after a set time; empty once erased.
        token_sha256: of the mark in the link that was used, hexadecimal; may be empty.
        channel: by which way.
        note: a reason, a name, the interests chosen.
    """

    id: int
    subscriber: int
    address: str
    what: ConsentStep
    at: datetime
    form: str
    form_version: str
    wording: str
    wording_sha256: str
    ip: str
    user_agent: str
    token_sha256: str
    channel: Channel
    note: str
