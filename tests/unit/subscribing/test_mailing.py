"""The small ledger of the program's own mails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.model.consent import MailState
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.store.mail_queue import claim_mail, held_until, settle_mail
from newsletter.store.tables import system_mail
from newsletter.subscribing import SignUp, erase_address, sign_up
from tests.peers_ledger import NOON
from tests.unit.subscribing.house import ANN, EVIDENCE, House


def _queue(house: House, *emails: str) -> None:
    for email in emails or (ANN,):
        sign_up(house.reception, SignUp(email), EVIDENCE)


def _say(
    answer: Answer, outcome: Outcome, status: int = 0, not_before: timedelta | None = None
) -> Callable[[Batch], Receipt]:
    def answering(batch: Batch) -> Receipt:
        later = None if not_before is None else NOON + not_before
        return Receipt(answer, (outcome,), "", status, answer.value, later)

    return answering


def _states(house: House) -> list[MailState]:
    with house.reception.store.read() as connection:
        found = select(system_mail.c.state).order_by(system_mail.c.id)
        return [MailState(state) for state in connection.scalars(found)]


def test_a_mail_goes_once(house: House) -> None:
    """What was accepted is sent, and asking for more sends nothing."""
    _queue(house)
    assert house.deliver() == {MailState.SENT: 1}
    assert house.deliver() == {}
    batch = house.mailbox.batches[0]
    assert len(batch.recipients) == 1
    site_id, dash, number = batch.recipients[0].delivery.partition("-")
    assert (site_id, dash, number) == (house.reception.store.site_id, "-", "m1")


@pytest.mark.parametrize("answer", [Answer.CONTENT_REFUSED, Answer.TOO_LARGE, Answer.REFUSED])
def test_a_refusal_ends_it(house: House, answer: Answer) -> None:
    """What the provider will not take is rejected and not tried again."""
    _queue(house)
    house.mailbox.answer = _say(answer, Outcome.UNTOUCHED, 400)
    assert house.deliver() == {MailState.REJECTED: 1}
    house.wait(hours=1)
    assert house.deliver() == {}


def test_an_unknown_one_is_never_sent_again(house: House) -> None:
    """After a timeout nobody knows, so nobody sends; the reader asks again and gets a new one."""
    _queue(house)
    house.mailbox.answer = _say(Answer.AMBIGUOUS, Outcome.UNKNOWN)
    assert house.deliver() == {MailState.UNKNOWN: 1}
    house.mailbox.answer = None
    house.wait(minutes=11)
    assert house.deliver() == {}
    _queue(house)
    assert house.deliver() == {MailState.SENT: 1}
    assert _states(house) == [MailState.UNKNOWN, MailState.SENT]
    with house.reception.store.write() as connection:
        assert settle_mail(connection, 1, sent=True, now=house.clock.now())
        assert not settle_mail(connection, 1, sent=False, now=house.clock.now())


@pytest.mark.parametrize("answer", [Answer.UNREACHABLE, Answer.KEY_REFUSED])
def test_nothing_left_us_so_it_is_tried_again(house: House, answer: Answer) -> None:
    """Without a connection or a key it waits, longer each time, and then goes."""
    _queue(house)
    house.mailbox.answer = _say(answer, Outcome.UNTOUCHED)
    assert house.deliver() == {MailState.QUEUED: 1}
    assert house.deliver() == {}
    house.wait(seconds=10)
    assert house.deliver() == {MailState.QUEUED: 1}
    house.wait(seconds=10)
    assert house.deliver() == {}
    house.mailbox.answer = None
    house.wait(seconds=10)
    assert house.deliver() == {MailState.SENT: 1}


def test_a_429_holds_everyone(house: House) -> None:
    """After it no mail is tried before the moment the provider named, also none that is new."""
    _queue(house)
    wait = timedelta(seconds=30)
    house.mailbox.answer = _say(Answer.RATE_LIMITED, Outcome.UNTOUCHED, 429, wait)
    assert house.deliver() == {MailState.QUEUED: 1}
    house.mailbox.answer = None
    _queue(house, "ben@example.com")
    assert house.deliver() == {}
    with house.reception.store.read() as connection:
        assert held_until(connection) == NOON + wait
    house.wait(seconds=30)
    assert house.deliver() == {MailState.SENT: 2}


def test_who_died_while_sending_leaves_an_unknown_one(house: House) -> None:
    """A mail claimed by a process that is gone is not sent again, and is not waited for."""
    _queue(house)
    with house.reception.store.write() as connection:
        assert claim_mail(connection, house.clock.now()) is not None
    assert house.deliver() == {}
    house.wait(minutes=4)
    assert house.deliver() == {MailState.UNKNOWN: 1}
    assert house.mailbox.batches == []


def test_two_postrooms_send_each_mail_once(house: House) -> None:
    """Several threads share the queue; nobody gets two."""
    emails = [f"r{n}@example.com" for n in range(12)]
    _queue(house, *emails)
    threads = [threading.Thread(target=house.deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [batch.recipients[0].email for batch in house.mailbox.batches]
    assert sorted(sent) == sorted(emails)


def test_what_has_ended_is_not_sent(house: House) -> None:
    """A confirmation whose link is over, or whose reader was erased, goes nowhere."""
    _queue(house, ANN, "ben@example.com")
    erase_address(house.reception, "ben@example.com")
    house.wait(days=7)
    assert house.deliver() == {MailState.REJECTED: 1}
    assert house.mailbox.batches == []
    assert _states(house) == [MailState.REJECTED] * 2


def test_a_broken_template_waits_for_its_repair(house: House) -> None:
    """A template with a mistake keeps the mail in the queue and says what is wrong."""
    body = house.reception.site.root / "templates/mail/confirm/body.mjml"
    whole = body.read_text()
    try:
        body.write_text("{{ reader.first_name }}")
        _queue(house)
        assert house.deliver() == {MailState.QUEUED: 1}
        with house.reception.store.read() as connection:
            reason = connection.execute(select(system_mail.c.reason)).scalar_one()
        assert "templates/mail/confirm/body.mjml:1" in reason
        assert "first_name" in reason
    finally:
        body.write_text(whole)
    house.wait(seconds=10)
    assert house.deliver() == {MailState.SENT: 1}
