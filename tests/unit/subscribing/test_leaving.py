"""Leaving, taking it back, saying why."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from newsletter.errors import NotFound, UsageError
from newsletter.model.consent import Channel, ConsentStep, MailState
from newsletter.store.tables import consent
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import (
    Left,
    Undone,
    complain,
    give_reason,
    keep_up,
    look_at_undo,
    proof,
    undo,
    unsubscribe,
    unsubscribe_address,
)
from newsletter.tokens import Purpose
from tests.unit.subscribing.house import ANN, EVIDENCE, House


def _token(house: House) -> str:
    return house.reception.signer.mark(Purpose.UNSUBSCRIBE, house.reader(), 4711)


def test_one_click_leaves_at_once_and_mails_nothing(house: House) -> None:
    """A mail program's button takes the reader off the list; they get nothing more, no goodbye."""
    house.join()
    left = unsubscribe(house.reception, _token(house), Channel.ONE_CLICK, EVIDENCE)
    assert left is not None
    assert house.status() is Status.UNSUBSCRIBED
    assert house.deliver() == {}
    line = proof(house.reception, ANN)[-1]
    assert (line.what, line.channel) == (ConsentStep.WITHDRAWN, Channel.ONE_CLICK)


def test_leaving_twice_is_leaving_once(house: House) -> None:
    """The same post again is answered the same and writes nothing more, also at once."""
    house.join()
    token, start = _token(house), threading.Barrier(6)
    answers: list[Left | None] = []

    def leave() -> None:
        start.wait()
        answers.append(unsubscribe(house.reception, token, Channel.PAGE, EVIDENCE))

    threads = [threading.Thread(target=leave) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert house.count(consent) == 3
    assert house.deliver() == {MailState.SENT: 1}  # one goodbye


def test_undo_brings_back_what_was(house: House) -> None:
    """The page's undo and the goodbye's link restore the reader; used again they do nothing."""
    house.join()
    left = unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE)
    assert left is not None
    house.deliver()
    assert house.mark("undo") == left.undo
    house.wait(days=6)
    assert look_at_undo(house.reception, left.undo) is Undone.READY
    assert undo(house.reception, left.undo, EVIDENCE) is Undone.BACK
    assert undo(house.reception, left.undo, EVIDENCE) is Undone.ALREADY
    assert house.status() is Status.CONFIRMED


def test_undo_of_a_pending_readers_no_makes_no_yes(house: House) -> None:
    """Who left before confirming is pending again, not confirmed."""
    house.sign_up()
    left = unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE)
    assert left is not None
    assert undo(house.reception, left.undo, EVIDENCE) is Undone.BACK
    assert house.status() is Status.PENDING


@pytest.mark.parametrize("later", ["a week", "another no", "a complaint"])
def test_undo_comes_too_late(house: House, later: str) -> None:
    """After seven days, another no or a complaint only signing up brings a reader back."""
    house.join()
    left = unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE)
    assert left is not None
    match later:
        case "a week":
            house.wait(days=7, seconds=1)
        case "another no":
            undo(house.reception, left.undo, EVIDENCE)
            unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE)
        case "a complaint":
            complain(house.reception, ANN)
    assert look_at_undo(house.reception, left.undo) is Undone.TOO_LATE
    assert undo(house.reception, left.undo, EVIDENCE) is Undone.TOO_LATE
    assert house.status() is Status.UNSUBSCRIBED


def test_a_forwarded_letter_brings_nobody_back(house: House) -> None:
    """Whoever holds an old letter's link gets no undo for a no that was said before, nor for one
    that others said for the reader."""
    house.join()
    unsubscribe(house.reception, _token(house), Channel.ONE_CLICK, EVIDENCE)
    house.wait(hours=1)
    again = unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE)
    assert again == Left("")
    house.join()
    unsubscribe_address(house.reception, ANN, by="Ben", reason="asked by phone")
    assert unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE) == Left("")


def test_goodbyes_have_limits_of_their_own(house: House) -> None:
    """Leaving and undoing all day mails at most three goodbyes."""
    house.join()
    before = len(house.mailbox.batches)
    for _ in range(20):
        left = unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE)
        assert left is not None
        undo(house.reception, left.undo, EVIDENCE)
        house.deliver()
        house.wait(minutes=30)
    assert len(house.mailbox.batches) - before == 3


def test_why_is_optional_and_kept(house: House) -> None:
    """A reason may come with the no or after it; it is a line of its own."""
    house.join()
    left = unsubscribe(house.reception, _token(house), Channel.PAGE, EVIDENCE, "Too many")
    assert left is not None
    assert give_reason(house.reception, left.undo, "  Rather\x00 fewer \n") is True
    assert give_reason(house.reception, left.undo, " ") is False
    with pytest.raises(UsageError, match="501"):
        give_reason(house.reception, left.undo, "a" * 501)
    first, second = proof(house.reception, ANN)[-2:]
    assert (first.note, second.note) == ("Too many", "Rather fewer")


def test_for_a_reader_who_asks_by_phone(house: House) -> None:
    """A person of the site takes someone off and says who did it; nobody known is told so."""
    house.join()
    assert unsubscribe_address(house.reception, "ANN@example.com", by="Ben", reason="phone")
    assert not unsubscribe_address(house.reception, ANN, by="Ben")
    assert proof(house.reception, ANN)[-1].note == "Ben: phone"
    with pytest.raises(NotFound):
        unsubscribe_address(house.reception, "who@example.com", by="Ben")


def test_addresses_of_the_network_are_cut(house: House) -> None:
    """After 30 days proof holds a /24 or /48 and no longer who exactly it was."""
    house.join()
    assert keep_up(house.reception) == 0
    house.wait(days=31)
    assert keep_up(house.reception) == 2
    assert keep_up(house.reception) == 0
    assert {line.ip for line in proof(house.reception, ANN)} == {"203.0.113.0/24"}
    assert keep_up(house.reception, timedelta(0)) == 0
