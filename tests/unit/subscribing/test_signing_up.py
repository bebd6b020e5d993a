"""Signing up and confirming: the double opt-in and what surrounds it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.consent import ConsentStep, MailState
from newsletter.store.tables import consent, request, subscriber, system_mail
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import (
    CheckYourMail,
    Confirmation,
    RequestLimits,
    SignUp,
    Wishes,
    ask_again,
    bounce,
    complain,
    confirm,
    find,
    look_at_confirmation,
    open_reception,
    proof,
    sign_up,
    unsubscribe_address,
)
from newsletter.tokens import Purpose, Signer
from tests.unit.subscribing.house import ANN, EVIDENCE, SECRET, WORDS, House

TYPED = Wishes("Ann", ("tips",), {"clinic": "berlin"})


def test_the_double_opt_in(house: House) -> None:
    """What was typed applies only when the mail's button is pressed; then one welcome comes."""
    token = house.sign_up(wishes=TYPED)
    waiting = find(house.reception, ANN)
    assert waiting is not None
    assert (waiting.status, waiting.first_name, waiting.interests) == (Status.PENDING, "", None)
    assert confirm(house.reception, token, EVIDENCE).state is Confirmation.CONFIRMED
    reader = find(house.reception, ANN)
    assert reader is not None
    assert (reader.status, reader.first_name) == (Status.CONFIRMED, "Ann")
    assert (reader.interests, reader.attributes) == (("tips",), {"clinic": "berlin"})
    assert house.deliver() == {MailState.SENT: 1}
    assert "Hello Ann" in house.mailbox.mails()[-1].text


def test_a_link_used_again_is_harmless(house: House) -> None:
    """A second press answers that all is well and queues no second welcome."""
    token = house.sign_up()
    states = [confirm(house.reception, token, EVIDENCE).state for _ in range(3)]
    assert states == [Confirmation.CONFIRMED, Confirmation.ALREADY, Confirmation.ALREADY]
    assert house.deliver() == {MailState.SENT: 1}


def test_two_presses_at_once(house: House) -> None:
    """Of presses at the same moment one confirms, the others find it done; one welcome goes."""
    token = house.sign_up()
    states = _at_once(8, lambda: confirm(house.reception, token, EVIDENCE).state)
    assert sorted(states) == [Confirmation.ALREADY] * 7 + [Confirmation.CONFIRMED]
    assert house.deliver() == {MailState.SENT: 1}


def test_two_sign_ups_at_once(house: House) -> None:
    """Posts for one address at the same moment make one reader and queue one mail."""
    answers = _at_once(8, lambda: sign_up(house.reception, SignUp(ANN), EVIDENCE))
    assert set(answers) == {CheckYourMail(ANN)}
    assert house.count(subscriber) == 1
    assert house.deliver() == {MailState.SENT: 1}


def test_a_link_ends_after_seven_days(house: House) -> None:
    """An expired link offers a new mail, whose link brings what was typed at first."""
    token = house.sign_up(wishes=TYPED)
    house.wait(days=7)
    assert look_at_confirmation(house.reception, token) is Confirmation.EXPIRED
    assert confirm(house.reception, token, EVIDENCE).state is Confirmation.EXPIRED
    assert house.status() is Status.PENDING
    assert ask_again(house.reception, token, EVIDENCE) == CheckYourMail(ANN)
    house.deliver()
    confirm(house.reception, house.mark("confirm"), EVIDENCE)
    reader = find(house.reception, ANN)
    assert reader is not None
    assert reader.first_name == "Ann"


def test_everybody_gets_the_same_answer(house: House) -> None:
    """New, pending, confirmed, unsubscribed, bounced and complaining addresses look the same."""
    reception = house.reception
    people = {name: f"{name}@example.com" for name in ("in", "out", "bounced", "angry", "waits")}
    for email in people.values():
        house.sign_up(email) if email == people["waits"] else house.join(email)
    unsubscribe_address(reception, people["out"], by="Ben")
    bounce(reception, people["bounced"])
    complain(reception, people["angry"])
    house.wait(days=1)
    for email in (*people.values(), "new@example.com"):
        before = len(house.mailbox.batches)
        assert sign_up(reception, SignUp(email), EVIDENCE) == CheckYourMail(email)
        house.deliver()
        assert len(house.mailbox.batches) == before + 1
    kinds = {b.recipients[0].email: b.letter.categories[0] for b in house.mailbox.batches[-6:]}
    assert kinds.pop(people["in"]) == "preferences-link"
    assert set(kinds.values()) == {"confirm"}


@pytest.mark.parametrize("happened", ["unsubscribed", "bounced", "complained"])
def test_only_a_request_after_the_no_lifts_it(house: House, happened: str) -> None:
    """A link asked for before a no is void; one asked for after it brings the reader back."""
    no = {
        "unsubscribed": lambda: unsubscribe_address(house.reception, ANN, by="Ben"),
        "bounced": lambda: bounce(house.reception, ANN),
        "complained": lambda: complain(house.reception, ANN),
    }[happened]
    early = house.sign_up()
    house.wait(minutes=11)
    spare = house.sign_up()
    confirm(house.reception, early, EVIDENCE)
    house.wait(minutes=11)
    no()
    house.wait(minutes=11)
    for token in (early, spare):
        assert confirm(house.reception, token, EVIDENCE).state is Confirmation.EXPIRED
    late = house.sign_up()
    assert confirm(house.reception, late, EVIDENCE).state is Confirmation.CONFIRMED
    assert house.status() is Status.CONFIRMED
    house.deliver()
    house.wait(days=1)
    sign_up(house.reception, SignUp(ANN), EVIDENCE)  # mailable again: no new confirmation
    house.deliver()
    assert house.mailbox.batches[-1].letter.categories == ("preferences-link",)


def test_a_thousand_posts_send_three_mails_a_day(house: House) -> None:
    """Whatever is posted and from wherever, one mailbox gets one mail in 10 minutes and three in
    any 24 hours."""
    spellings = ("ann@example.com", "Ann@EXAMPLE.com", "ann+{}@example.com", " ANN@example.com ")
    for number in range(1_000):
        email = spellings[number % 4].format(number)
        wishes = Wishes(first_name=f"Buy {number}")
        evidence = replace(EVIDENCE, ip=f"198.51.{number % 256}.{number // 256}")
        sign_up(house.reception, SignUp(email, wishes), evidence)
        house.wait(seconds=80)
    house.postroom.deliver(10_000)
    assert len(house.mailbox.batches) == 3
    assert house.count(request) == 3
    assert house.count(consent) == 3


def test_midnight_gives_nobody_three_more(house: House) -> None:
    """The day is any 24 hours: the fourth mail may go a day after the first."""
    for _ in range(3):
        house.sign_up()
        house.wait(hours=5)
    sign_up(house.reception, SignUp(ANN), EVIDENCE)
    assert house.deliver() == {}
    house.wait(hours=9)
    sign_up(house.reception, SignUp(ANN), EVIDENCE)
    assert house.deliver() == {MailState.SENT: 1}


def test_posts_at_once_share_one_allowance(house: House) -> None:
    """Two addresses of one mailbox, posted at the same moment, get one mail between them."""
    emails = iter([f"ann+{n}@example.com" for n in range(8)])
    lock = threading.Lock()

    def post() -> CheckYourMail:
        with lock:
            email = next(emails)
        return sign_up(house.reception, SignUp(email), EVIDENCE)

    _at_once(8, post)
    assert house.count(system_mail) == 1


def test_nothing_a_stranger_typed_is_mailed(house: House) -> None:
    """The confirmation holds its link and the site's words: no name, no way to leave, no pixel."""
    wishes = Wishes(first_name="Win money at evil.test", attributes={"clinic": "berlin"})
    house.sign_up(wishes=wishes)
    mail, batch = house.mailbox.mails()[0], house.mailbox.batches[0]
    everything = mail.subject + mail.html + mail.text
    for typed in ("Win money", "evil.test", "berlin", ANN, "unsubscribe", "preferences"):
        assert typed not in everything
    assert batch.recipients[0].unsubscribe == ""
    assert batch.recipients[0].name == ""
    assert "<img" not in mail.html.replace('class="nl-logo', "")


def test_the_proof(house: House) -> None:
    """Request and confirmation each leave time, address, words, network and token hash."""
    house.join()
    asked, said = proof(house.reception, ANN)
    assert (asked.what, said.what) == (ConsentStep.REQUESTED, ConsentStep.CONFIRMED)
    assert asked.wording == said.wording == WORDS
    assert len(asked.wording_sha256) == 64
    assert (asked.ip, asked.user_agent) == (EVIDENCE.ip, EVIDENCE.user_agent)
    assert (asked.form, asked.form_version, asked.address) == ("sign-up", "3", ANN)
    assert asked.token_sha256 == ""
    assert len(said.token_sha256) == 64


def test_one_place_may_ask_ten_times_a_minute(house: House) -> None:
    """The eleventh post of one address of the network in a minute is refused; others pass."""
    plain = house.reception
    signer = Signer([SECRET])
    limited = open_reception(plain.store, plain.site, signer, plain.clock, limits=RequestLimits())
    for number in range(10):
        sign_up(limited, SignUp(f"r{number}@example.com"), EVIDENCE)
    with pytest.raises(TooManyRequests) as refused:
        sign_up(limited, SignUp("r11@example.com"), EVIDENCE)
    assert refused.value.retry_after > 0
    sign_up(limited, SignUp("r12@example.com"), replace(EVIDENCE, ip="203.0.113.78"))


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (Wishes(interests=("tip",)), 'Did you mean "tips"'),
        (Wishes(interests=()), "Choose at least one"),
        (Wishes(attributes={"clinik": "berlin"}), 'Did you mean "clinic"'),
        (Wishes(attributes={"clinic": "berlim"}), 'Did you mean "berlin"'),
        (Wishes(first_name="A" * 81), "81 characters"),
    ],
)
def test_wishes_the_site_does_not_know(house: House, wishes: Wishes, told: str) -> None:
    """A form that can not be right is told what to change, and nothing is kept."""
    with pytest.raises(UsageError, match=told):
        sign_up(house.reception, SignUp(ANN, wishes), EVIDENCE)
    assert house.count(subscriber) == 0


def test_a_mark_of_an_unknown_reader(house: House) -> None:
    """A mark that is genuine but leads nowhere is no link of ours."""
    stray = house.reception.signer.mark(Purpose.CONFIRM, 999, 1)
    assert confirm(house.reception, stray, EVIDENCE).state is Confirmation.INVALID
    assert ask_again(house.reception, stray, EVIDENCE) is None


def _at_once(times: int, act: object) -> list[object]:
    start, found = threading.Barrier(times), []

    def run() -> None:
        start.wait()
        found.append(act())  # type: ignore[operator]

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == times
    return found
