"""Forms: stamps, traps, addresses, and whatever text people and programs type."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.errors import UsageError
from newsletter.model.consent import Channel, FormEvidence
from newsletter.store.consents import cut_network
from newsletter.subscribing import (
    FormStamps,
    SignUp,
    Verdict,
    Wishes,
    choose_interests,
    give_reason,
    masked,
    normalise,
    rename,
    sign_up,
    unsubscribe,
)
from newsletter.subscribing.addresses import AddressHashes, mailbox_of
from newsletter.subscribing.limits import place_of
from newsletter.tokens import Purpose, Signer
from tests.peers_ledger import SettableClock
from tests.unit.subscribing.house import ANN, EVIDENCE, SECRET, House

texts = st.text(max_size=120) | st.sampled_from(["\x00", "\ud800", "a@b.c", "=1+1", "\u202eevil"])
addresses = st.emails() | st.builds("{}@{}".format, texts, texts) | texts
ANY_DATABASE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(email=addresses)
def test_any_text_is_an_address_or_told_why_not(email: str) -> None:
    """Reading an address gives one that reads as itself, or says what is wrong."""
    try:
        address = normalise(email)
    except UsageError:
        return
    assert normalise(address) == address
    assert address == address.lower()
    assert address not in masked(address)


@ANY_DATABASE
@given(
    email=addresses,
    name=texts,
    interests=st.none() | st.lists(texts | st.just("tips"), max_size=3),
    attributes=st.dictionaries(texts | st.just("clinic"), texts | st.just("berlin"), max_size=2),
    words=texts,
    ip=texts | st.ip_addresses().map(str),
)
def test_any_post_is_taken_or_told_why_not(
    house: House,
    email: str,
    name: str,
    interests: list[str] | None,
    attributes: dict[str, str],
    words: str,
    ip: str,
) -> None:
    """Whatever stands in a form, signing up raises nothing but a usage error."""
    wishes = Wishes(name, None if interests is None else tuple(interests), attributes)
    evidence = FormEvidence(words, words, words, ip, words)
    with suppress(UsageError):
        sign_up(house.reception, SignUp(email, wishes), evidence)


@ANY_DATABASE
@given(text=texts, more=st.lists(texts, max_size=3))
def test_any_text_on_a_readers_pages(house: House, text: str, more: list[str]) -> None:
    """Preferences, details and reasons take any text or say what is wrong with it."""
    reception = house.reception
    if house.status() is None:
        house.join()
    token = reception.signer.mark(Purpose.PREFERENCES, house.reader())
    leaving = reception.signer.mark(Purpose.UNSUBSCRIBE, house.reader())
    for act in (
        lambda: choose_interests(reception, token, more, EVIDENCE),
        lambda: rename(reception, token, text, dict.fromkeys(more, text), EVIDENCE),
        lambda: unsubscribe(reception, leaving, Channel.PAGE, EVIDENCE, text),
        lambda: give_reason(reception, text, text),
    ):
        with suppress(UsageError):
            act()


@pytest.fixture
def stamps(clock: SettableClock) -> FormStamps:
    """Stamps of a clock that is moved by hand."""
    return FormStamps(Signer([SECRET]), clock)


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (timedelta(0), Verdict.ASK_AGAIN),
        (timedelta(milliseconds=1_999), Verdict.ASK_AGAIN),
        (timedelta(seconds=2), Verdict.GENUINE),
        (timedelta(hours=4), Verdict.GENUINE),
        (timedelta(hours=4, seconds=1), Verdict.ASK_AGAIN),
        (timedelta(seconds=-5), Verdict.ASK_AGAIN),
    ],
)
def test_a_form_has_an_age(
    stamps: FormStamps, clock: SettableClock, age: timedelta, verdict: Verdict
) -> None:
    """Nobody fills a form in under two seconds, and one from long ago is shown anew."""
    stamp = stamps.make("sign-up")
    clock.move(age)
    assert stamps.judge("sign-up", stamp) is verdict


def test_a_stamp_is_for_one_form_and_one_site(stamps: FormStamps, clock: SettableClock) -> None:
    """A stamp of another form, of another site, altered or missing asks again."""
    stamp = stamps.make("sign-up")
    foreign = FormStamps(Signer(["the secret of another site"]), clock).make("sign-up")
    clock.move(timedelta(seconds=3))
    assert stamps.judge("preferences", stamp) is Verdict.ASK_AGAIN
    for wrong in (foreign, stamp[:-1], stamp.replace("sign", "sing"), "", "\ud800"):
        assert stamps.judge("sign-up", wrong) is Verdict.ASK_AGAIN


def test_a_stamp_outlives_a_change_of_keys(clock: SettableClock) -> None:
    """A form shown before the key was changed may still be posted after it."""
    stamp = FormStamps(Signer([SECRET]), clock).make("sign-up")
    clock.move(timedelta(seconds=3))
    rotated = FormStamps(Signer(["a new secret of the site", SECRET]), clock)
    assert rotated.judge("sign-up", stamp) is Verdict.GENUINE


def test_the_trap(stamps: FormStamps, clock: SettableClock) -> None:
    """A field that people do not see, filled in, tells a program."""
    stamp = stamps.make("sign-up")
    clock.move(timedelta(seconds=3))
    assert stamps.judge("sign-up", stamp, trap="https://evil.test") is Verdict.TRAPPED


@given(stamp=texts)
def test_any_stamp_is_judged_quietly(stamp: str) -> None:
    """Whatever is posted as a stamp, judging it never raises."""
    judged = FormStamps(Signer([SECRET]), SettableClock()).judge("sign-up", stamp)
    assert judged is Verdict.ASK_AGAIN


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("ann@xn--mnchen-3ya.example.com", "ann@münchen.example.com"),
        ("ann@MÜNCHEN.example.com", "ann@münchen.example.com"),
        ("u\u0308ber@example.com", "über@example.com"),
    ],
)
def test_one_form_of_an_address(typed: str, stored: str) -> None:
    """Spellings of one address are stored as one."""
    assert normalise(typed) == stored


@pytest.mark.parametrize("typed", ["", " ", "ann", "ann@", "@b.c", "a b@c.de", "a@b", "a@b.c\n.d"])
def test_what_is_no_address(typed: str) -> None:
    """What no mail can be sent to is refused with a reason."""
    with pytest.raises(UsageError, match="address"):
        normalise(typed)


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("ann+news@example.com", "ann@example.com"),
        ("a.n.n+x@googlemail.com", "ann@gmail.com"),
        ("a.n.n@example.com", "a.n.n@example.com"),
        ("+x@example.com", "+x@example.com"),
    ],
)
def test_the_mailbox_behind_an_address(email: str, mailbox: str) -> None:
    """Spellings that lead to one mailbox share its allowance of mails."""
    assert mailbox_of(email) == mailbox


def test_hashes_need_the_key() -> None:
    """An address hashes differently under each site's key, and never to itself."""
    ours, theirs = AddressHashes(Signer([SECRET])), AddressHashes(Signer([SECRET + "2"]))
    assert ours.of(ANN) != theirs.of(ANN)
    assert len(ours.of(ANN)) == 32
    assert ours.every(ANN) == (ours.of(ANN),)
    assert ours.of(ANN).startswith(ours.for_log(ANN))


@pytest.mark.parametrize(
    ("ip", "place", "network"),
    [
        ("203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("unix", "nowhere", ""),
        ("", "nowhere", ""),
    ],
)
def test_places_and_networks(ip: str, place: str, network: str) -> None:
    """Limits count a household, proof in the end a network."""
    assert place_of(ip) == place
    assert cut_network(ip) == network
