"""One reader's mail as a message file (RFC 5322): for mail programs, archives and SMTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import blake2b

from newsletter.model.rendition import Mail
from newsletter.model.site import Sender, Site

NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in a message that no one has sent yet: the same files give the same bytes."""


class _Unfolded(EmailPolicy):
    """Leaves addresses whole: the standard fold writes a long one as an encoded word."""

    def fold(self, name: str, value: str) -> str:
        """As the standard one, but for List-Unsubscribe."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same in bytes."""
        return self.fold(name, value).encode("ascii")


def to_eml(
    mail: Mail,
    site: Site,
    *,
    to: str,
    unsubscribe: str = "",
    date: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Write a mail as multipart/alternative, the text before the HTML (RFC 2046 5.1.4).

    Args:
        mail: with every value in its place.
        site: says who sends.
        to: the reader's address.
        unsubscribe: the https address for List-Unsubscribe (RFC 8058); empty for none.
        date: for Date; a wall time without a zone is written as such (`-0000`, RFC 5322
            3.3); None gives a fixed one.
        headers: more of them.

    Returns:
        The message with CRLF line ends; the same arguments give the same bytes.
    """
    message = EmailMessage(policy=_Unfolded(linesep="\r\n"))
    mark = _mark(mail, to)
    for name, value in (_headers(mail, site.sender, to, mark, date) | dict(headers or {})).items():
        message[name] = value
    for name, value in list_headers(site, unsubscribe).items():
        message[name] = value
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{mark}")
    return message.as_bytes()


def list_id(site: Site) -> str:
    """The value of List-Id (RFC 2919): `Name <letters.example.com>`, from the sender."""
    name = site.name.replace("<", "").replace(">", "").strip()
    return f"{name} <{site.sender.email.replace('@', '.')}>"


def list_headers(site: Site, unsubscribe: str) -> dict[str, str]:
    """The headers by which mail programs know a list and leave it (RFC 2919, 2369, 8058)."""
    headers = {"List-Id": list_id(site)}
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _headers(
    mail: Mail, sender: Sender, to: str, mark: str, date: datetime | None
) -> dict[str, object]:
    headers: dict[str, object] = {
        "From": Address(sender.name, addr_spec=sender.email),
        "To": to,
        "Subject": mail.subject,
        "Date": format_datetime(date or NO_DATE),
        "Message-ID": f"<{mark}@{sender.email.rpartition('@')[2]}>",
    }
    return headers | ({"Reply-To": sender.reply_to} if sender.reply_to else {})


def _mark(mail: Mail, to: str) -> str:
    """Unlike that of any other message, and the same for this one."""
    digest = blake2b(digest_size=16)
    for part in (to, mail.subject, mail.html, mail.text):
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()
