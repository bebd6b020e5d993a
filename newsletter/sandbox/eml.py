"""A mail as it would travel (RFC 5322), for people who like to read the source."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from newsletter.sandbox.mail import Contact, Mail


def as_eml(mail: Mail) -> str:
    """Return the mail with its headers and parts; bcc stays out, as on the wire."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail.sender)
    message["To"] = ", ".join(map(_address, mail.to))
    if mail.cc:
        message["Cc"] = ", ".join(map(_address, mail.cc))
    if mail.reply_to:
        message["Reply-To"] = ", ".join(map(_address, mail.reply_to))
    message["Subject"] = " ".join(mail.subject.splitlines())
    message["Date"] = format_datetime(mail.received_at)
    message["Message-ID"] = f"<{mail.message_id}@sandbox.invalid>"
    for name, value in mail.headers.items():
        if name not in message:
            message[name] = value
    _add_parts(message, mail)
    return message.as_string().replace("\r\n", "\n")


def _add_parts(message: EmailMessage, mail: Mail) -> None:
    if mail.text or not mail.html:
        message.set_content(mail.text, cte="quoted-printable")
    if mail.html and mail.text:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        message.set_boundary(f"part-of-{mail.id}")
    elif mail.html:
        message.set_content(mail.html, subtype="html", cte="quoted-printable")


def _address(contact: Contact) -> str:
    return formataddr((" ".join(contact.name.split()), contact.email))
