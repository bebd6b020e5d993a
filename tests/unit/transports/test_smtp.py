"""SMTP: what arrives, and what each end of a conversation means for the reader."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import UsageError
from newsletter.model.site import Sender
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.transports.smtp import SmtpTransport
from tests.peers.batches import (
    LINK,
    NAME,
    NOW,
    StandingClock,
    make_batch,
    make_letter,
    make_recipient,
)
from tests.peers.certificates import self_signed
from tests.peers.smtp_peer import HangUp, Reset, Rule, SmtpPeer, smtp_peer

PASSWORD = "a-word-nobody-may-see"
ACCEPTED, REJECTED, UNKNOWN, UNTOUCHED = (
    Outcome.ACCEPTED,
    Outcome.REJECTED,
    Outcome.UNKNOWN,
    Outcome.UNTOUCHED,
)


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with smtp_peer() as it:
        yield it


def transport(port: int, **options: Any) -> SmtpTransport:
    settings: dict[str, Any] = {"security": "none", "timeout": 2.0, **options}
    return SmtpTransport("127.0.0.1", port, clock=StandingClock(), **settings)


def sent(batch: Batch, rule: Rule, **options: Any) -> Receipt:
    with smtp_peer(rule) as it:
        made = transport(it.port, **options)
        try:
            return made.send(batch)
        finally:
            made.close()


def at(step: str, number: int, answer: str | type[Exception]) -> Rule:
    """A rule that answers so when that step comes for the numbered time (0: every time)."""
    seen = 0

    def rule(current: str, _: str) -> str | None:
        nonlocal seen
        seen += current == step
        if current != step or number not in (0, seen):
            return None
        if isinstance(answer, str):
            return answer
        raise answer

    return rule


def one(peer: SmtpPeer, batch: Batch) -> Any:
    made = transport(peer.port)
    receipt = made.send(batch)
    made.close()
    assert receipt.answer is Answer.ACCEPTED, receipt
    return peer.kept[0].message


def content(part: Any) -> str:
    """What the part says, line ends as they came."""
    return str(part.get_payload(decode=True).decode())


def test_each_reader_gets_one_message_of_their_own(peer: SmtpPeer) -> None:
    """Values are filled in, and the headers are those SendGrid is asked for."""
    message = one(peer, make_batch(2))

    assert [(kept.sender, kept.to) for kept in peer.kept] == [
        ("letters@lumen.test", "reader1@example.test"),
        ("letters@lumen.test", "reader2@example.test"),
    ]
    assert message["From"] == "Lumen Skin Clinic <letters@lumen.test>"
    assert message["Reply-To"] == "hello@lumen.test"
    assert message["To"] == "Reader 1 <reader1@example.test>"
    assert message["Subject"] == "Microneedling, Name1"
    assert message["List-Id"] == "Lumen Skin Clinic <news.lumen.test>"
    assert message["List-Unsubscribe"] == "<https://news.lumen.test/u/1>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"] == "<lumen.1@lumen.test>"
    assert message["Date"].datetime == NOW
    assert (message["X-NL-Delivery"], message["X-NL-Attempt"]) == ("lumen.1", "lumen.a7")
    text, html = message.iter_parts()
    assert content(text) == "Hello Name1\r\nLeave: https://news.lumen.test/u/1\r\n"
    assert content(html) == (
        '<!DOCTYPE html><p>Hello Name1</p><a href="https://news.lumen.test/u/1">leave</a>'
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "a b ",
        "=",
        "https://x.test/?a=1&b==2",
        "Zoë 日本 ❤️",
        "é" * 200,
        "x" * 300,
        ".",
        LINK,
        "\\1 \\g<0>",
    ],
)
@pytest.mark.parametrize(
    "around",
    ["{}", "{} end", "start {}", "a\n{}\nb", "a {}{} b", "é{}é", "x" * 76 + "{}" + "y" * 80],
)
def test_any_value_arrives_as_it_is(value: str, around: str) -> None:
    """Wherever a token stands and whatever its value, the reader's text is exactly that text."""
    letter = make_letter(text=around.format(NAME, NAME), html=f"<p>{around.format(NAME, NAME)}")
    batch = Batch(letter, "a", [make_recipient(values=(value, "https://x.test"))])
    with smtp_peer() as peer:
        message = one(peer, batch)

    text, html = message.iter_parts()
    expected = around.format(value, value).replace("\n", "\r\n")
    assert content(text) == expected
    assert content(html) == f"<p>{expected}"
    head, _, parts = peer.kept[0].raw.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 78  # RFC 5322, 2.1.1
    assert max(map(len, parts.split(b"\r\n"))) <= 76  # RFC 2045, 6.7


def test_lines_that_begin_with_a_dot_arrive(peer: SmtpPeer) -> None:
    """Dots are doubled on the way and a lone one ends nothing (RFC 5321, 4.5.2)."""
    message = one(peer, make_batch(1, make_letter(text="a\n.\n..b\n.c\n")))

    assert content(next(message.iter_parts())) == "a\r\n.\r\n..b\r\n.c\r\n"


@pytest.mark.parametrize("subject", ["Grüße an {}", "A" * 90 + " {}", "{}" + " word" * 40])
def test_long_and_foreign_subjects_arrive(peer: SmtpPeer, subject: str) -> None:
    """Subjects are encoded and folded as RFC 2047 and 5322 ask."""
    letter = make_letter(subject=subject.format(NAME))

    message = one(peer, Batch(letter, "a", [make_recipient(values=("Zoë", "x"))]))

    assert message["Subject"] == subject.format("Zoë")


@pytest.mark.parametrize("evil", ["x\r\nBcc: victim@x.test", "x\nBcc: y", "x\rBcc: y", "x\x0bB: y"])
def test_headers_can_not_be_injected(peer: SmtpPeer, evil: str) -> None:
    """A line end in any value makes no new header."""
    letter = make_letter(
        subject=f"{NAME} {evil}",
        list_id=f"{evil} <n.lumen.test>",
        sender=Sender(evil, "letters@lumen.test"),
    )
    message = one(peer, Batch(letter, "a", [make_recipient(name=evil, values=(evil, evil))]))

    assert message["Bcc"] is None
    assert message["B"] is None
    assert set(message.keys()) == {
        "From", "Reply-To", "List-Id", "MIME-Version", "Content-Type", "To", "Subject", "Date",
        "Message-ID", "X-NL-Delivery", "X-NL-Attempt", "List-Unsubscribe",
        "List-Unsubscribe-Post",
    }  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [
        {"email": "a@x.test>\r\nRCPT TO:<b@x.test"},
        {"email": "a b@x.test"},
        {"email": "zoë@x.test"},
        {"email": "@x.test"},
        {"unsubscribe": "https://x.test/\r\nBcc: y"},
        {"unsubscribe": "https://x.test/>, <mailto:y"},
        {"delivery": "1\r\nBcc: y"},
        {"values": ("\ud800", "x")},
    ],
)
def test_a_reader_who_can_not_be_written_is_rejected(
    peer: SmtpPeer, fault: dict[str, object]
) -> None:
    """What can not stand in a message rejects that reader; the others get theirs."""
    batch = Batch(make_letter(), "a", [make_recipient(1, **fault), make_recipient(2)])
    made = transport(peer.port)
    receipt = made.send(batch)
    made.close()

    assert receipt.outcomes == (REJECTED, ACCEPTED)
    assert receipt.answer is Answer.PARTLY
    assert receipt.reasons[0]
    assert [kept.to for kept in peer.kept] == ["reader2@example.test"]


def test_test_mail_has_no_unsubscribe_headers(peer: SmtpPeer) -> None:
    """A reader without an unsubscribe address gets no List-Unsubscribe."""
    message = one(peer, Batch(make_letter(), "a", [make_recipient(unsubscribe="")]))

    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


def test_connection_is_reused_and_renewed(peer: SmtpPeer) -> None:
    """Batches share a connection; one the server has dropped is replaced unnoticed."""
    made = transport(peer.port)
    made.send(make_batch(3))
    made.send(make_batch(3))
    assert (len(peer.kept), peer.connections) == (6, 1)

    peer.drop_connections()
    assert made.send(make_batch(1)).answer is Answer.ACCEPTED
    assert peer.connections == 2
    made.close()
    assert made.send(make_batch(1)).answer is Answer.ACCEPTED
    made.close()


@pytest.mark.parametrize(
    ("rule", "outcomes", "answer"),
    [
        (at("RCPT", 2, "550 nobody here"), (ACCEPTED, REJECTED, ACCEPTED), Answer.PARTLY),
        (at("RCPT", 2, "450 later"), (ACCEPTED, UNTOUCHED, ACCEPTED), Answer.PARTLY),
        (at("RCPT", 0, "450 later"), (UNTOUCHED,) * 3, Answer.RATE_LIMITED),
        (at("RCPT", 0, "550 nobody here"), (REJECTED,) * 3, Answer.READERS_REFUSED),
        (at("RCPT", 2, "421 closing"), (ACCEPTED, UNTOUCHED, UNTOUCHED), Answer.PARTLY),
        (at("RCPT", 1, "530 log in"), (UNTOUCHED,) * 3, Answer.KEY_REFUSED),
        (at("MAIL", 1, "450 later"), (UNTOUCHED,) * 3, Answer.RATE_LIMITED),
        (at("MAIL", 1, "553 not your address"), (UNTOUCHED,) * 3, Answer.CONTENT_REFUSED),
        (at("DATA", 1, "451 later"), (UNTOUCHED, ACCEPTED, ACCEPTED), Answer.PARTLY),
        (at("DATA", 1, "554 no"), (REJECTED, ACCEPTED, ACCEPTED), Answer.PARTLY),
        (at(".", 1, "451 later"), (UNTOUCHED, ACCEPTED, ACCEPTED), Answer.PARTLY),
        (at(".", 1, "554 no"), (REJECTED, ACCEPTED, ACCEPTED), Answer.PARTLY),
        (at(".", 0, "554 spam"), (UNTOUCHED,) * 3, Answer.CONTENT_REFUSED),
        (at(".", 1, "354 odd"), (UNKNOWN, UNTOUCHED, UNTOUCHED), Answer.AMBIGUOUS),
        (at(".", 1, Reset), (UNKNOWN, UNTOUCHED, UNTOUCHED), Answer.AMBIGUOUS),
        (at(".", 2, Reset), (ACCEPTED, UNKNOWN, UNTOUCHED), Answer.PARTLY),
        (at(".", 2, HangUp), (ACCEPTED, UNKNOWN, UNTOUCHED), Answer.PARTLY),
        (at("MAIL", 1, Reset), (UNTOUCHED,) * 3, Answer.UNREACHABLE),
        (at("RCPT", 1, HangUp), (UNTOUCHED,) * 3, Answer.UNREACHABLE),
        (at("DATA", 1, Reset), (UNTOUCHED,) * 3, Answer.UNREACHABLE),
        (at("DATA", 3, Reset), (ACCEPTED, ACCEPTED, UNTOUCHED), Answer.PARTLY),
    ],
)
def test_each_end_has_its_outcome(
    rule: Rule, outcomes: tuple[Outcome, ...], answer: Answer
) -> None:
    """Refused is rejected, put off is untouched, and only a break after DATA is unknown."""
    receipt = sent(make_batch(3), rule)

    assert (receipt.answer, receipt.outcomes) == (answer, outcomes)
    assert receipt.reason


def test_after_a_break_the_next_batch_has_a_new_connection() -> None:
    """A dead connection is not asked again."""
    with smtp_peer(at(".", 1, Reset)) as it:
        made = transport(it.port)
        assert made.send(make_batch(1)).answer is Answer.AMBIGUOUS
        assert made.send(make_batch(1)).answer is Answer.ACCEPTED
        made.close()
        assert it.connections == 2


def test_put_off_readers_come_with_a_time() -> None:
    """A server that says "not now" is left alone for a minute."""
    assert sent(make_batch(2), at("RCPT", 2, "450 later")).not_before == NOW + timedelta(minutes=1)
    assert sent(make_batch(2), at("RCPT", 2, "550 no")).not_before is None


def test_words_of_the_server_are_kept_for_each_reader() -> None:
    """The report can say why."""
    receipt = sent(make_batch(2), at("RCPT", 2, "550 5.1.1 no such mailbox"))

    assert receipt.reasons == {1: "550 5.1.1 no such mailbox (RCPT TO)"}
    assert receipt.status == 550


def test_refused_port_is_unreachable() -> None:
    """Nothing left this machine."""
    with smtp_peer() as gone:
        pass
    receipt = transport(gone.port).send(make_batch(2))

    assert (receipt.answer, receipt.outcomes) == (Answer.UNREACHABLE, (UNTOUCHED,) * 2)
    assert "refused" in receipt.reason


def test_login_and_starttls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With STARTTLS the password goes out only once the line is closed to others."""
    context, authority = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with smtp_peer(tls=context) as it:
        made = transport(it.port, security="starttls", username="lumen", password=PASSWORD)
        assert made.send(make_batch(1)).answer is Answer.ACCEPTED
        made.close()

    steps = [line.split()[0].upper() for line in it.said]
    assert steps[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    """Neither password nor readers go to a server that can not prove its name."""
    context, _ = self_signed(tmp_path)
    with smtp_peer(tls=context) as it:
        made = transport(it.port, security="starttls", username="lumen", password=PASSWORD)
        receipt = made.send(make_batch(1))

    assert receipt.answer is Answer.UNREACHABLE
    assert not any(line.upper().startswith("AUTH") for line in it.said)


def test_missing_starttls_is_no_reason_to_go_without(peer: SmtpPeer) -> None:
    """A server that does not offer STARTTLS when asked for gets nothing."""
    receipt = transport(peer.port, security="starttls").send(make_batch(1))

    assert receipt.answer is Answer.KEY_REFUSED
    assert "STARTTLS" in receipt.reason
    assert peer.kept == []


@pytest.mark.parametrize(
    ("said", "answer"),
    [("535 no", Answer.KEY_REFUSED), ("454 not now", Answer.UNREACHABLE)],
)
def test_refused_login(said: str, answer: Answer) -> None:
    """A wrong password pauses; a login that does not work just now is tried later."""
    receipt = sent(make_batch(1), at("AUTH", 0, said), username="lumen", password=PASSWORD)

    assert (receipt.answer, receipt.outcomes) == (answer, (UNTOUCHED,))


def test_password_is_never_shown() -> None:
    """Not in repr, not in a reason that quotes it, and never on an open line."""
    made = SmtpTransport(
        "mail.lumen.test", clock=StandingClock(), username="lumen", password=PASSWORD
    )
    receipt = sent(
        make_batch(1), at("AUTH", 0, f"535 bad {PASSWORD}"), username="u", password=PASSWORD
    )
    assert PASSWORD not in repr([made, receipt])
    with pytest.raises(UsageError, match="readable") as caught:
        SmtpTransport(
            "mail.lumen.test", clock=StandingClock(), security="none", username="lumen",
            password=PASSWORD,
        )  # fmt: skip
    assert PASSWORD not in str(caught.value)


def test_bad_sender_is_the_letters_fault(peer: SmtpPeer) -> None:
    """An address that can not be From touches no reader."""
    letter = make_letter(sender=Sender("x", "no address"))

    receipt = transport(peer.port).send(make_batch(2, letter))

    assert (receipt.answer, receipt.outcomes) == (Answer.CONTENT_REFUSED, (UNTOUCHED,) * 2)


def test_more_than_most_is_a_mistake(peer: SmtpPeer) -> None:
    """Twenty readers a call, so that a pause takes effect soon."""
    with pytest.raises(ValueError, match="21 readers"):
        transport(peer.port).send(make_batch(21))
    assert transport(peer.port).send(make_batch(0)).outcomes == ()


def test_ssl_from_the_start_wants_a_vouched_certificate(tmp_path: Path) -> None:
    """`ssl` speaks TLS before anything else and checks who answers."""
    context, _ = self_signed(tmp_path)
    assert isinstance(context, ssl.SSLContext)
    with smtp_peer(tls=context) as it:
        receipt = transport(it.port, security="ssl").send(make_batch(1))

    assert receipt.answer is Answer.UNREACHABLE
    assert it.said == []
