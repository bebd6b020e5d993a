"""Every mark at every door: only the right one opens it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from newsletter.model.consent import Channel
from newsletter.store.tables import consent, request, subscriber, system_mail
from newsletter.subscribing import (
    Choice,
    Confirmation,
    Move,
    Reception,
    Undone,
    ask_address_change,
    ask_again,
    ask_fresh_link,
    choose_interests,
    confirm,
    download,
    erase_me,
    give_reason,
    look_at_confirmation,
    look_at_move,
    look_at_undo,
    move,
    pause,
    read_preferences,
    rename,
    undo,
    unsubscribe,
)
from newsletter.tokens import Purpose, Signer
from tests.unit.subscribing.house import ANN, EVIDENCE, House

Door = Callable[[Reception, str], object]

# Each door, what it answers to a mark that does not open it, and the marks that do.
DOORS: dict[str, tuple[Door, object, set[Purpose]]] = {
    "look at confirmation": (look_at_confirmation, Confirmation.INVALID, {Purpose.CONFIRM}),
    "confirm": (
        lambda r, t: confirm(r, t, EVIDENCE).state,
        Confirmation.INVALID,
        {Purpose.CONFIRM},
    ),
    "ask again": (lambda r, t: ask_again(r, t, EVIDENCE), None, {Purpose.CONFIRM}),
    "preferences": (read_preferences, None, {Purpose.PREFERENCES, Purpose.FRESH}),
    "interests": (
        lambda r, t: choose_interests(r, t, ["tips"], EVIDENCE),
        Choice.INVALID,
        {Purpose.PREFERENCES, Purpose.FRESH},
    ),
    "no interests": (
        lambda r, t: choose_interests(r, t, [], EVIDENCE),
        Choice.INVALID,
        {Purpose.PREFERENCES, Purpose.FRESH},
    ),
    "pause": (
        lambda r, t: pause(r, t, 30, EVIDENCE),
        Choice.INVALID,
        {Purpose.PREFERENCES, Purpose.FRESH},
    ),
    "fresh link": (
        lambda r, t: ask_fresh_link(r, t, EVIDENCE),
        None,
        {Purpose.PREFERENCES, Purpose.FRESH},
    ),
    "rename": (lambda r, t: rename(r, t, "Eve", {}, EVIDENCE), Choice.INVALID, {Purpose.FRESH}),
    "change address": (
        lambda r, t: ask_address_change(r, t, "eve@example.com", EVIDENCE),
        None,
        {Purpose.FRESH},
    ),
    "download": (lambda r, t: download(r, t, EVIDENCE), None, {Purpose.FRESH}),
    "erase": (erase_me, False, {Purpose.FRESH}),
    "look at move": (look_at_move, Move.INVALID, {Purpose.ADDRESS_CHANGE}),
    "move": (lambda r, t: move(r, t, EVIDENCE), Move.INVALID, {Purpose.ADDRESS_CHANGE}),
    "unsubscribe": (
        lambda r, t: unsubscribe(r, t, Channel.PAGE, EVIDENCE),
        None,
        {Purpose.UNSUBSCRIBE},
    ),
    "look at undo": (look_at_undo, Undone.INVALID, {Purpose.UNDO}),
    "undo": (lambda r, t: undo(r, t, EVIDENCE), Undone.INVALID, {Purpose.UNDO}),
    "reason": (lambda r, t: give_reason(r, t, "why"), False, {Purpose.UNDO}),
}


def _everything(house: House) -> str:
    with house.reception.store.read() as connection:
        tables = (subscriber, consent, request, system_mail)
        return repr([connection.execute(select(table)).all() for table in tables])


@pytest.mark.parametrize("door", DOORS)
def test_a_mark_opens_its_own_door_only(house: House, door: str) -> None:
    """Every genuine mark of another purpose, a stranger's mark and rubbish open nothing and leave
    the database as it was."""
    act, closed, opening = DOORS[door]
    reader, signer = house.join(), house.reception.signer
    stranger = Signer(["the secret of somebody else"])
    wrong = [signer.mark(p, reader, 1) for p in Purpose if p not in opening]
    wrong += [stranger.mark(p, reader, 1) for p in Purpose]
    wrong += [signer.mark(p, 4711, 1) for p in opening - {Purpose.UNSUBSCRIBE}]
    wrong += ["", "x", "é" * 44, "A" * 44, wrong[0][:-1], wrong[0] + "A", "\x00", "\ud800"]
    before = _everything(house)
    for token in wrong:
        assert act(house.reception, token) == closed, (door, token)
    assert _everything(house) == before


def test_a_mark_names_its_own_readers_request_only(house: House) -> None:
    """A genuine mark whose request belongs to another reader, or to another purpose, is refused."""
    token = house.sign_up()
    mark = house.reception.signer.read(Purpose.CONFIRM, token)
    assert mark is not None
    house.sign_up("ben@example.com")
    ben = house.reader("ben@example.com")
    crossed = house.reception.signer.mark(Purpose.CONFIRM, ben, mark.about)
    assert confirm(house.reception, crossed, EVIDENCE).state is Confirmation.EXPIRED
    for purpose in (Purpose.FRESH, Purpose.ADDRESS_CHANGE):
        bent = house.reception.signer.mark(purpose, house.reader(ANN), mark.about)
        assert not erase_me(house.reception, bent)
        assert move(house.reception, bent, EVIDENCE) in (Move.INVALID, Move.EXPIRED)
