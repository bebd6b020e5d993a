"""The body of `POST /v3/mail/send`.

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send

Everything is a plain dict: the vendor's Mail helper turns the readers' order around. What is
sent is made by `sendgrid_json`, quicker and byte for byte the same. A letter that is kept
serialised saves 0.05 microseconds a reader: so nothing is kept (`benchmarks/send.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from email.header import Header
from typing import Any

import orjson

from newsletter.model.site import Sender
from newsletter.model.transport import Batch, Letter, Recipient
from newsletter.transports.wording import ascii_domain, one_line, recipient_name

MOST_BYTES = 30_000_000
"""Of a whole message (vendor)."""

MOST_SUBSTITUTION_BYTES = 9_500
"""Of one reader's tokens and values as JSON. The vendor says 10,000 and not how it counts."""

_ALWAYS_FITS = MOST_SUBSTITUTION_BYTES // 6  # JSON makes at most six bytes of a character
# A link to confirm is not to pass through the vendor's hands first.
_NOTHING_FOLLOWED = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
}
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1


def unsendable(batch: Batch) -> dict[int, str]:
    """Readers the vendor would refuse, found before anything is sent.

    Returns:
        place in the batch -> what is wrong; one such reader would spoil the whole call.
    """
    tokens = [tag.token for tag in batch.letter.merge_tags]
    if _all_plain(batch.recipients, tokens):
        return {}
    found = {place: _problem(each, tokens) for place, each in enumerate(batch.recipients)}
    return {place: problem for place, problem in found.items() if problem}


def _all_plain(recipients: Sequence[Recipient], tokens: Sequence[str]) -> bool:
    """One look at all: addresses in ASCII, and even the longest values together would fit."""
    if not "".join([recipient.email for recipient in recipients]).isascii():
        return False
    columns = zip(*[recipient.values for recipient in recipients], strict=True)
    longest = sum(max(map(len, column)) for column in columns)
    return longest + sum(len(token) + 6 for token in tokens) <= _ALWAYS_FITS


def unreadable(batch: Batch) -> dict[int, str]:
    """Readers whose data is no valid Unicode, and so can not become JSON."""
    tokens = [tag.token for tag in batch.letter.merge_tags]
    found: dict[int, str] = {}
    for place, recipient in enumerate(batch.recipients):
        try:
            orjson.dumps(_personalization(recipient, tokens, batch.attempt))
        except orjson.JSONEncodeError:
            found[place] = "a value of this reader is not valid Unicode"
    return found


def body(batch: Batch, *, followed: bool = True) -> dict[str, Any]:
    """The request as the vendor's schema has it.

    Substitutions reach subject and content only, so each reader's unsubscribe headers are
    written out. The vendor's own subscription tracking is off, or it would add a second
    List-Unsubscribe.

    Args:
        followed: whether opens and clicks stay as the account has them; False turns both off.
    """
    tokens = [tag.token for tag in batch.letter.merge_tags]
    if batch.letter.is_system:
        readers = [_of_system(recipient, tokens) for recipient in batch.recipients]
    else:
        readers = [_personalization(each, tokens, batch.attempt) for each in batch.recipients]
    return {
        "personalizations": readers,
        **shared(batch.letter, followed=followed),
    }


def _personalization(recipient: Recipient, tokens: Sequence[str], attempt: str) -> dict[str, Any]:
    name = recipient_name(recipient.name)
    email = ascii_domain(recipient.email)
    to = {"email": email, "name": name} if name else {"email": email}
    made: dict[str, Any] = {
        "to": [to],
        "substitutions": dict(zip(tokens, recipient.values, strict=True)),
        "custom_args": {"nl_delivery": recipient.delivery, "nl_attempt": attempt},
    }
    if recipient.unsubscribe:
        made["headers"] = {
            "List-Unsubscribe": f"<{recipient.unsubscribe}>",
            "List-Unsubscribe-Post": ONE_CLICK,
        }
    return made


def _of_system(recipient: Recipient, tokens: Sequence[str]) -> dict[str, Any]:
    """A mail of the program itself: it belongs to no delivery and no attempt of an issue."""
    made = _personalization(recipient, tokens, "")
    return made | {"custom_args": {"nl_mail": recipient.delivery}}


def shared(letter: Letter, *, followed: bool = True) -> dict[str, Any]:
    """The part of the request that all readers have in common; `followed` as for `body`."""
    made: dict[str, Any] = {
        "from": _mailbox(letter.sender),
        "reply_to": {"email": letter.sender.reply_to or letter.sender.email},
        "subject": one_line(letter.subject),
        "content": [
            {"type": "text/plain", "value": letter.text},
            {"type": "text/html", "value": letter.html},
        ],
        "tracking_settings": {"subscription_tracking": {"enable": False}},
    }
    if letter.is_system or not followed:
        made["tracking_settings"] |= _NOTHING_FOLLOWED
    if not letter.is_system:
        made["headers"] = {"List-Id": _list_id(letter.list_id)}
    if letter.categories:
        made["categories"] = list(letter.categories)
    return made


def _mailbox(sender: Sender) -> dict[str, str]:
    name = one_line(sender.name)
    return {"email": sender.email, "name": name} if name else {"email": sender.email}


def _list_id(value: str) -> str:
    """List-Id (RFC 2919) whose description is ASCII, by RFC 2047 where it must."""
    if value.isascii():
        return one_line(value)
    description, opening, rest = one_line(value).rpartition("<")
    return f"{Header(description.strip(), 'utf-8').encode(maxlinelen=10**6)} {opening}{rest}"


def _problem(recipient: Recipient, tokens: Sequence[str]) -> str:
    try:
        ascii_domain(recipient.email)
        size = len(orjson.dumps(dict(zip(tokens, recipient.values, strict=True))))
    except orjson.JSONEncodeError:
        return "a value of this reader is not valid Unicode"
    except UnicodeError:
        return "the domain of this address can not be written for DNS"
    if size > MOST_SUBSTITUTION_BYTES:
        return f"this reader's values take {size} bytes; the most is {MOST_SUBSTITUTION_BYTES}"
    return ""
