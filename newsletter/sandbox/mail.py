"""One reader's own mail, worked out from the request it came in, only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.sandbox.journal import sg_message_id

RECIPIENT_FIELDS = ("to", "cc", "bcc")


@dataclass(frozen=True, slots=True)
class Contact:
    """An address with the name before it, which may be empty."""

    email: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, slots=True)
class Mail:
    """What one personalization becomes.

    Attributes:
        id: request and personalization, such as `3-17`: the mail's name in this sandbox.
        message_id: begins with the `X-Message-Id` of the request, as the vendor's does.
        to, cc, bcc: whom it is for.
        headers, custom_args: those of the message with those of the reader laid over them.
        html, text: substituted; empty when the message has no such part.
        source: the reader's personalization as it was sent.
    """

    id: str
    message_id: str
    received_at: datetime
    sender: Contact
    reply_to: tuple[Contact, ...]
    to: tuple[Contact, ...]
    cc: tuple[Contact, ...]
    bcc: tuple[Contact, ...]
    subject: str
    html: str
    text: str
    headers: Mapping[str, str]
    custom_args: Mapping[str, str]
    categories: tuple[str, ...]
    source: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the form `GET /_sandbox/messages` gives; times are ISO 8601 in UTC."""
        return {
            "id": self.id,
            "message_id": self.message_id,
            "received_at": self.received_at.isoformat(),
            "from": self.sender.email,
            "from_name": self.sender.name,
            "reply_to": [contact.email for contact in self.reply_to],
            "to": self.to[0].email,
            "to_name": self.to[0].name,
            "recipients": [c.email for c in (*self.to, *self.cc, *self.bcc)],
            "subject": self.subject,
            "html": self.html,
            "text": self.text,
            "headers": dict(self.headers),
            "custom_args": dict(self.custom_args),
            "categories": list(self.categories),
        }


def substitute(text: str, personal: Mapping[str, Any], sections: Mapping[str, str]) -> str:
    """Replace a reader's substitutions, then sections, as plain text and in their order.

    The vendor does no escaping either: what is put in is what comes out.
    """
    for tag, value in personal.get("substitutions", {}).items():
        text = text.replace(tag, value)
    for tag, value in sections.items():
        text = text.replace(tag, value)
    return text


def subject_of(message: Mapping[str, Any], number: int) -> str:
    """Return the subject of one reader's mail."""
    personal = message["personalizations"][number]
    subject = personal.get("subject", message.get("subject", ""))
    return substitute(subject, personal, message.get("sections", {}))


def expand(
    message: Mapping[str, Any], number: int, request: int, message_id: str, received_at: datetime
) -> Mail:
    """Work out the mail of personalization `number` of a validated message."""
    personal = message["personalizations"][number]
    sections = message.get("sections", {})
    replies = message.get("reply_to_list") or [message.get("reply_to")]
    return Mail(
        id=f"{request}-{number}",
        message_id=sg_message_id(message_id, request, number),
        received_at=received_at,
        sender=_contact(personal.get("from", message["from"])),
        reply_to=_contacts(reply for reply in replies if reply),
        to=_contacts(personal["to"]),
        cc=_contacts(personal.get("cc", ())),
        bcc=_contacts(personal.get("bcc", ())),
        subject=subject_of(message, number),
        html=substitute(_part(message, "text/html"), personal, sections),
        text=substitute(_part(message, "text/plain"), personal, sections),
        headers={**message.get("headers", {}), **personal.get("headers", {})},
        custom_args={**message.get("custom_args", {}), **personal.get("custom_args", {})},
        categories=tuple(message.get("categories", ())),
        source=personal,
    )


def _part(message: Mapping[str, Any], kind: str) -> str:
    blocks = message.get("content") or ()
    return next((block["value"] for block in blocks if block["type"] == kind), "")


def _contact(value: Mapping[str, str]) -> Contact:
    return Contact(value["email"], value.get("name", ""))


def _contacts(values: Iterable[Mapping[str, str]]) -> tuple[Contact, ...]:
    return tuple(_contact(value) for value in values)
