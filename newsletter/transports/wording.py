"""Addresses, names and other people's words, made fit to travel."""

from __future__ import annotations

import re
from ipaddress import ip_address

MOST_CHARACTERS_OF_A_REASON = 500
MASK = "****"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NOT_IN_A_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029;,]+")


def one_line(text: str) -> str:
    """The text without control characters: it can not end a header or a log line."""
    return text if text.isprintable() else _CONTROL.sub(" ", text).strip()


def recipient_name(name: str) -> str:
    """A name for To, without `;`, `,` and control characters, which SendGrid refuses.

    https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
    """
    if name.isprintable() and "," not in name and ";" not in name:
        return name
    return " ".join(_NOT_IN_A_NAME.sub(" ", name).split())


def ascii_domain(email: str) -> str:
    """The address with its domain as DNS knows it (RFC 5890); the local part as it is.

    Raises:
        ValueError: the domain can not be written that way.
    """
    if email.isascii():
        return email
    local, at, domain = email.rpartition("@")
    return local + at + domain.encode("idna").decode("ascii")


def reason(text: str, *secrets: str) -> str:
    """Words from the other side as we keep them: one line, bounded, secrets masked."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    return " ".join(one_line(text).split())[:MOST_CHARACTERS_OF_A_REASON]


def is_loopback(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"  # RFC 6761, 6.3
