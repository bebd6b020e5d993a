"""Message files, read back by the standard library."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from newsletter.model.rendition import Mail
from newsletter.model.site import Sender, Site
from newsletter.rendering import list_id, to_eml

SENDER = Sender("Größe & Co, Berlin", "letters@news.test", "hello@news.test")
SITE = Site(Path("/nowhere"), "Größe", "https://news.test", "", SENDER, ())
MAIL = Mail("Für dich: ❤️ " + "a long subject " * 8, "<p>Größe = 1 €</p>\n", "Größe = 1 €\n.\n")
LINK = "https://news.test/unsubscribe/" + "a1B2" * 30


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_is_text_before_html_and_both_come_back_as_they_were() -> None:
    """multipart/alternative, the preferred form last (RFC 2046 5.1.4)."""
    message = parsed(to_eml(MAIL, SITE, to="reader@x.test", unsubscribe=LINK))
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().replace("\r\n", "\n") == MAIL.html
    assert not message.defects


def test_headers_say_who_sends_and_how_to_leave() -> None:
    """From, Reply-To, List-Id (RFC 2919) and one-click unsubscribe (RFC 8058)."""
    message = parsed(to_eml(MAIL, SITE, to="Reader <reader@x.test>", unsubscribe=LINK))
    assert message["From"].addresses[0].display_name == "Größe & Co, Berlin"
    assert message["From"].addresses[0].addr_spec == "letters@news.test"
    assert message["Reply-To"] == "hello@news.test"
    assert message["To"].addresses[0].addr_spec == "reader@x.test"
    assert message["Subject"].split() == MAIL.subject.split()
    assert message["List-Id"] == list_id(SITE) == "Größe <letters.news.test>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_long_unsubscribe_address_stays_whole() -> None:
    """Folded as an encoded word it would be unreadable to mail programs."""
    data = to_eml(MAIL, SITE, to="reader@x.test", unsubscribe=LINK)
    assert f"\r\nList-Unsubscribe: <{LINK}>\r\n".encode() in data


def test_a_message_is_seven_bit_lines_of_legal_length() -> None:
    """CRLF everywhere, ASCII only, no line over 998 bytes (RFC 5322 2.1.1)."""
    wide = Mail("s", "<p>" + "ä" * 5000 + "</p>", "t" * 5000)
    lines = to_eml(wide, SITE, to="reader@x.test").split(b"\r\n")
    assert all(line.isascii() and b"\n" not in line and len(line) <= 998 for line in lines)


def test_the_same_mail_gives_the_same_bytes() -> None:
    """No clock and no chance: date, boundary and Message-ID come from the mail."""
    one = to_eml(MAIL, SITE, to="reader@x.test")
    assert to_eml(MAIL, SITE, to="reader@x.test") == one
    other = to_eml(MAIL, SITE, to="other@x.test")
    assert parsed(other)["Message-ID"] != parsed(one)["Message-ID"]


def test_a_date_is_written_as_given() -> None:
    """A wall time without a zone says so (`-0000`); more headers may be added."""
    when = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    data = to_eml(MAIL, SITE, to="r@x.test", date=when, headers={"X-Variant": "all"})
    assert b"Date: Tue, 01 Dec 2026 09:00:00 +0000\r\n" in data
    assert b"X-Variant: all\r\n" in data
    bare = to_eml(MAIL, SITE, to="r@x.test", date=when.replace(tzinfo=None))
    assert b"Date: Tue, 01 Dec 2026 09:00:00 -0000\r\n" in bare
    assert b"List-Unsubscribe" not in bare
