"""Preferences, fresh links, a new address, one's own data."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from newsletter.errors import UsageError
from newsletter.model.consent import ConsentStep, MailState
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import (
    CheckYourMail,
    Choice,
    Move,
    SignUp,
    Wishes,
    Yes,
    ask_address_change,
    ask_fresh_link,
    bring_in,
    choose_interests,
    complain,
    download,
    erase_me,
    find,
    look_at_move,
    masked,
    move,
    pause,
    proof,
    read_preferences,
    rename,
    sign_up,
    unsubscribe_address,
)
from newsletter.subscribing.bringing_in import NewReader, Refusal
from newsletter.tokens import Purpose
from tests.unit.subscribing.house import ANN, EVIDENCE, House
from tests.unit.subscribing.test_no_stays_no import DECLARED

NEW = "ann@new.example.com"


def _preferences(house: House) -> str:
    return house.reception.signer.mark(Purpose.PREFERENCES, house.reader(), 12)


def _fresh(house: House) -> str:
    assert ask_fresh_link(house.reception, _preferences(house), EVIDENCE) == masked(ANN)
    assert house.deliver() == {MailState.SENT: 1}
    return house.mark("preferences")


def test_a_letters_link_shows_little(house: House) -> None:
    """By a link that may have been passed on the address is masked and nothing else is told."""
    house.join(wishes=Wishes("Ann", ("tips",), {"clinic": "berlin"}))
    shown = read_preferences(house.reception, _preferences(house))
    assert shown is not None
    assert (shown.address, shown.interests) == ("a•••@e•••.com", ("tips",))
    assert (shown.email, shown.first_name, dict(shown.attributes)) == ("", "", {})
    assert not shown.is_fresh


def test_a_letters_link_changes_interests_and_pause_only(house: House) -> None:
    """Interests and a pause are saved; name, address, data and erasing are refused."""
    house.join()
    token, reception = _preferences(house), house.reception
    assert choose_interests(reception, token, ["news", "tips"], EVIDENCE) is Choice.SAVED
    assert pause(reception, token, 30, EVIDENCE) is Choice.SAVED
    reader = find(reception, ANN)
    assert reader is not None
    assert reader.interests is not None
    assert set(reader.interests) == {"tips", "news"}
    assert reader.paused_until == reception.now + timedelta(days=30)
    assert pause(reception, token, 0, EVIDENCE) is Choice.SAVED
    assert rename(reception, token, "Eve", {}, EVIDENCE) is Choice.INVALID
    assert ask_address_change(reception, token, NEW, EVIDENCE) is None
    assert download(reception, token, EVIDENCE) is None
    assert not erase_me(reception, token)


def test_ticking_nothing_offers_to_leave(house: House) -> None:
    """No interest at all changes nothing and is answered with the offer."""
    house.join(wishes=Wishes(interests=("tips",)))
    token = _preferences(house)
    answer = choose_interests(house.reception, token, [], EVIDENCE)
    assert answer is Choice.OFFER_UNSUBSCRIBING
    shown = read_preferences(house.reception, token)
    assert shown is not None
    assert shown.interests == ("tips",)
    with pytest.raises(UsageError, match="30, 60, 90"):
        pause(house.reception, token, 365, EVIDENCE)
    with pytest.raises(UsageError, match="tips"):
        choose_interests(house.reception, token, ["tip"], EVIDENCE)


def test_choosing_makes_no_yes(house: House) -> None:
    """Interests of one who left may change, and they stay off the list."""
    house.join()
    unsubscribe_address(house.reception, ANN, by="Ben")
    choose_interests(house.reception, _preferences(house), ["tips"], EVIDENCE)
    assert house.status() is Status.UNSUBSCRIBED
    shown = read_preferences(house.reception, _preferences(house))
    assert shown is not None
    assert not shown.gets_letters


def test_a_fresh_link_opens_everything_for_30_minutes(house: House) -> None:
    """It shows and changes name and details, as often as wanted until it ends."""
    house.join(wishes=Wishes("Ann", None, {"clinic": "berlin"}))
    token = _fresh(house)
    for name, clinic in (("Anna", "hamburg"), ("Annie", "")):
        done = rename(house.reception, token, name, {"clinic": clinic}, EVIDENCE)
        assert done is Choice.SAVED
    shown = read_preferences(house.reception, token)
    assert shown is not None
    assert (shown.is_fresh, shown.email, shown.first_name) == (True, ANN, "Annie")
    assert dict(shown.attributes) == {}
    house.wait(minutes=30)
    assert read_preferences(house.reception, token) is None
    assert rename(house.reception, token, "Eve", {}, EVIDENCE) is Choice.INVALID


def test_fresh_links_share_the_mailboxs_allowance(house: House) -> None:
    """Asking again at once answers the same and sends nothing more."""
    house.join()
    _fresh(house)
    assert ask_fresh_link(house.reception, _preferences(house), EVIDENCE) == masked(ANN)
    assert house.deliver() == {}


def test_letters_move_to_a_new_address(house: House) -> None:
    """The new address confirms; old links go on working, and no list brings the old one back."""
    reader = house.join()
    token = _fresh(house)
    asked = ask_address_change(house.reception, token, "Ann@NEW.example.com", EVIDENCE)
    assert asked == CheckYourMail(NEW)
    house.deliver()
    link = house.mark("address", NEW)
    assert look_at_move(house.reception, link) is Move.READY
    assert house.status(NEW) is None
    assert move(house.reception, link, EVIDENCE) is Move.MOVED
    assert move(house.reception, link, EVIDENCE) is Move.ALREADY
    assert (house.reader(NEW), house.status(NEW)) == (reader, Status.CONFIRMED)
    done = bring_in(house.reception, [Yes(NewReader(ANN), DECLARED)])
    assert done.refused == {ANN: Refusal.ERASED}
    steps = [line.what for line in proof(house.reception, NEW)]
    assert steps[-2:] == [ConsentStep.ADDRESS_CHANGED] * 2
    assert proof(house.reception, ANN) == proof(house.reception, NEW)


def test_moving_tells_nothing_about_the_new_address(house: House) -> None:
    """Whether the new address is on the list shows in its own mailbox only."""
    house.join(NEW)
    house.join()
    house.wait(days=1)
    token = _fresh(house)
    asked = ask_address_change(house.reception, token, NEW, EVIDENCE)
    assert asked == CheckYourMail(NEW)
    house.deliver()
    assert house.mailbox.batches[-1].letter.categories == ("preferences-link",)
    with pytest.raises(UsageError, match="the address you have"):
        ask_address_change(house.reception, token, ANN, EVIDENCE)


def test_moving_to_an_address_that_left(house: House) -> None:
    """The new address's own button is its yes; a complaint after the mail stops it."""
    house.join(NEW)
    unsubscribe_address(house.reception, NEW, by="Ben")
    house.join()
    house.wait(days=1)
    ask_address_change(house.reception, _fresh(house), NEW, EVIDENCE)
    house.deliver()
    link = house.mark("address", NEW)
    house.wait(minutes=1)
    complain(house.reception, NEW)
    assert move(house.reception, link, EVIDENCE) is Move.EXPIRED
    house.wait(minutes=31)
    ask_address_change(house.reception, _fresh(house), NEW, EVIDENCE)
    house.deliver()
    assert move(house.reception, house.mark("address", NEW), EVIDENCE) is Move.MOVED
    house.wait(days=1)
    sign_up(house.reception, SignUp(NEW), EVIDENCE)
    house.deliver()
    assert house.mailbox.batches[-1].letter.categories == ("preferences-link",)


def test_a_new_address_has_24_hours(house: House) -> None:
    """After a day, or once the reader left, the link moves nothing."""
    house.join()
    ask_address_change(house.reception, _fresh(house), NEW, EVIDENCE)
    house.deliver()
    house.wait(hours=24)
    assert move(house.reception, house.mark("address", NEW), EVIDENCE) is Move.EXPIRED
    assert house.status(ANN) is Status.CONFIRMED


def test_everything_about_me(house: House) -> None:
    """The download is JSON with the person, every line of proof and every mail."""
    house.join(wishes=Wishes("Ann", ("tips",)))
    data = download(house.reception, _fresh(house), EVIDENCE)
    assert data is not None
    read = json.loads(json.dumps(data))
    assert (read["address"], read["first_name"], read["interests"]) == (ANN, "Ann", ["tips"])
    assert [line["what"] for line in read["consent"]] == ["requested", "confirmed", "downloaded"]
    assert read["consent"][0]["ip"] == EVIDENCE.ip
    assert [mail["name"] for mail in read["mails"]] == ["confirm", "welcome", "fresh-link"]
    assert read["letters"] == []


def test_erase_me(house: House) -> None:
    """By a fresh link everything goes at once; every link of the reader leads nowhere after."""
    house.join(wishes=Wishes("Ann", ("tips",)))
    preferences, token = _preferences(house), _fresh(house)
    assert erase_me(house.reception, token)
    assert not erase_me(house.reception, token)
    assert find(house.reception, ANN) is None
    assert read_preferences(house.reception, preferences) is None
    assert house.deliver() == {}


def test_erasing_reaches_other_places(house: House) -> None:
    """What other parts of the program keep is forgotten in the same transaction."""
    from dataclasses import replace

    told: list[tuple[int, str]] = []
    reader = house.join()
    token = _fresh(house)
    reception = replace(
        house.reception, on_erase=(lambda _, who, email: told.append((who, email)),)
    )
    assert erase_me(reception, token)
    assert told == [(reader, ANN)]
