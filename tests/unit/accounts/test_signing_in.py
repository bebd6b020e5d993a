"""Signing in: what it answers, how long it lasts, and what guessing comes to."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select, update

from newsletter.accounts import Accounts, Passwords
from newsletter.accounts.sessions import IDLE, LONGEST
from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.person import Person, Role
from newsletter.store import Store
from newsletter.store.tables import audit, person, sign_in_tries, studio_session
from newsletter.tokens import Signer
from tests.peers_ledger import SettableClock
from tests.unit.accounts.conftest import (
    ANN,
    AWAY,
    CHEAP,
    HOME,
    PASSWORD,
    SECRET,
    Hire,
    make_accounts,
)


def said(accounts: Accounts, email: str, password: str, ip: str = HOME) -> str:
    """What a refusal says."""
    with pytest.raises(UsageError) as refused:
        accounts.sign_in(email, password, ip=ip)
    return str(refused.value)


def test_the_right_password_gives_a_seat(accounts: Accounts, ann: Person) -> None:
    """Whatever the case of the address; each browser has a session and a secret of its own."""
    tokens = [accounts.sign_in(email, PASSWORD) for email in (ANN, f" {ANN.upper()} ")]
    seats = [accounts.seat(token) for token in tokens]
    assert [seat and seat.person for seat in seats] == [ann, ann]
    assert len({seat.csrf for seat in seats if seat}) == 2
    assert len({seat.session for seat in seats if seat}) == 2


def test_no_answer_tells_whether_an_address_has_an_account(accounts: Accounts, hire: Hire) -> None:
    """A stranger, a wrong password and someone deactivated hear the same words."""
    bob = hire("Bob")
    ann = accounts.person_at(ANN)
    accounts.deactivate(bob.id, by=ann)
    heard = {
        said(accounts, "nobody@lumen.test", PASSWORD),
        said(accounts, ANN, "not the password"),
        said(accounts, bob.email, PASSWORD),
        said(accounts, "", ""),
    }
    assert len(heard) == 1


def test_a_stranger_costs_as_much_hashing_as_a_wrong_password(
    store: Store, clock: SettableClock, ann: Person
) -> None:
    """The time of an answer does not tell either: each compares one hash, of the same price."""
    counted: list[str] = []

    class Counting(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002
            counted.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(password, hash)

    watched = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    accounts = make_accounts(store, clock, watched)
    said(accounts, "nobody@lumen.test", PASSWORD)
    said(accounts, ANN, "not the password")
    assert len(counted) == 2
    assert len(set(counted)) == 1


def test_only_hashes_are_kept(accounts: Accounts, ann: Person, store: Store) -> None:
    """Whoever reads the database can neither sign in nor sit down."""
    token = accounts.sign_in(ANN, PASSWORD)
    with store.read() as connection:
        assert connection.scalars(select(person.c.password)).one().startswith("$argon2id$")
        kept = " ".join(str(row) for row in connection.execute(select(studio_session)))
    assert token not in kept
    assert token.partition(".")[0] not in kept


def test_the_recommended_hash_is_what_a_site_gets() -> None:
    """Argon2id with at least 19 MiB and two passes, as OWASP's cheat sheet asks."""
    kept = Passwords().make(PASSWORD)
    settings = dict(pair.split("=") for pair in kept.split("$")[3].split(","))
    assert kept.startswith("$argon2id$")
    assert int(settings["m"]) >= 19 * 1024
    assert int(settings["t"]) >= 2


def test_hashes_made_for_less_are_made_anew(
    accounts: Accounts, ann: Person, store: Store, clock: SettableClock
) -> None:
    """When parameters grow, whoever signs in has a hash of the new ones, and still gets in."""
    grown = make_accounts(
        store, clock, Passwords(Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1))
    )
    for _ in range(2):
        assert grown.seat(grown.sign_in(ANN, PASSWORD))
    with store.read() as connection:
        assert "m=16,t=2" in connection.scalars(select(person.c.password)).one()


@pytest.mark.parametrize("composed", ["Königsweg über Nacht", "Ko\u0308nigsweg u\u0308ber Nacht"])
def test_a_password_is_the_same_on_every_keyboard(
    accounts: Accounts, ann: Person, composed: str
) -> None:
    """However a system composes its letters (NFKC)."""
    link = accounts.password_link(ann.id, by=ann)
    accounts.accept(link, "", "Königsweg über Nacht")
    assert accounts.sign_in(ANN, composed)


def test_a_session_rests_and_ages(accounts: Accounts, ann: Person, clock: SettableClock) -> None:
    """It ends when nobody was there for a day, and after a week however busy."""
    idle = accounts.sign_in(ANN, PASSWORD)
    clock.move(IDLE - timedelta(minutes=1))
    assert accounts.seat(idle)
    clock.move(IDLE)
    assert accounts.seat(idle) is None

    busy = accounts.sign_in(ANN, PASSWORD)
    hours = 0
    while accounts.seat(busy):
        clock.move(timedelta(hours=1))
        hours += 1
    assert timedelta(hours=hours) == LONGEST


def test_last_seen_is_written_once_a_minute(
    accounts: Accounts, ann: Person, clock: SettableClock
) -> None:
    """A page of many parts writes nothing; the list of sessions is right to the minute."""
    token = accounts.sign_in(ANN, PASSWORD)
    began = clock.now()
    clock.move(timedelta(seconds=59))
    accounts.seat(token)
    assert accounts.sessions(ann)[0].seen_at == began
    clock.move(timedelta(seconds=1))
    accounts.seat(token)
    assert accounts.sessions(ann)[0].seen_at == clock.now()


def test_an_altered_or_invented_token_is_nobody(accounts: Accounts, ann: Person) -> None:
    """Nonsense, a token without its seal, one sealed by another site: no seat, no error."""
    token = accounts.sign_in(ANN, PASSWORD)
    bare, _, seal = token.partition(".")
    for wrong in (
        "",
        "x",
        bare,
        f"{bare}.",
        f"A{token}",
        f"{bare}.{seal[::-1]}",
        "ü" * 80,
        "x" * 9999,
    ):
        assert accounts.seat(wrong) is None
    assert accounts.seat(token)


def test_sessions_outlive_a_change_of_the_secret_key(
    accounts: Accounts, ann: Person, store: Store, clock: SettableClock
) -> None:
    """With the old key behind the new one; without it everybody signs in again."""
    token = accounts.sign_in(ANN, PASSWORD)
    both = Accounts(store, clock, Signer(["the new secret of the site", SECRET]))
    new = Accounts(store, clock, Signer(["the new secret of the site"]))
    assert both.seat(token)
    assert new.seat(token) is None


def test_signing_out_ends_that_browser_alone(accounts: Accounts, ann: Person) -> None:
    """The cookie that someone may have copied is worth nothing afterwards."""
    one, other = (accounts.sign_in(ANN, PASSWORD) for _ in range(2))
    seat = accounts.seat(one)
    assert seat
    accounts.sign_out(seat)
    accounts.sign_out(seat)
    assert accounts.seat(one) is None
    assert accounts.seat(other)


def test_guessing_one_address_from_one_network_ends_soon(
    accounts: Accounts, ann: Person, clock: SettableClock
) -> None:
    """After ten tries also the right password waits, and a quarter of an hour later it passes."""
    for _ in range(10):
        said(accounts, ANN, "a guess")
    with pytest.raises(TooManyRequests, match="Wait 15 minutes") as refused:
        accounts.sign_in(ANN, PASSWORD, ip=HOME)
    assert refused.value.retry_after == 900
    assert accounts.sign_in(ANN, PASSWORD, ip=AWAY)
    clock.move(timedelta(minutes=15))
    assert accounts.sign_in(ANN, PASSWORD, ip=HOME)


def test_going_on_guessing_does_not_make_the_wait_longer(
    accounts: Accounts, ann: Person, clock: SettableClock
) -> None:
    """Refused tries count nowhere, so nobody is kept out by someone who never stops."""
    for _ in range(10):
        said(accounts, ANN, "a guess")
    for _ in range(14):
        clock.move(timedelta(minutes=1))
        assert "Too many tries" in said(accounts, ANN, "a guess")
    clock.move(timedelta(minutes=1))
    assert accounts.sign_in(ANN, PASSWORD, ip=HOME)


def test_one_network_can_not_try_every_address(accounts: Accounts, ann: Person) -> None:
    """Fifty tries in a quarter of an hour, whatever addresses are typed."""
    for number in range(50):
        said(accounts, f"guess{number}@lumen.test", "a guess", AWAY)
    assert "Too many tries" in said(accounts, "another@lumen.test", "a guess", AWAY)
    assert accounts.sign_in(ANN, PASSWORD, ip=HOME)


def test_one_address_can_not_be_tried_from_everywhere(accounts: Accounts, ann: Person) -> None:
    """Fifty tries an hour; but where its owner signed in lately, the owner still gets in."""
    for number in range(50):
        said(accounts, ANN, "a guess", f"192.0.2.{number}")
    assert "Too many tries" in said(accounts, ANN, PASSWORD, "192.0.2.200")
    assert accounts.sign_in(ANN, PASSWORD, ip=HOME)


def test_a_whole_ipv6_network_is_one_place(accounts: Accounts, ann: Person) -> None:
    """Whoever has a /64 has 2^64 addresses, and no more tries for it."""
    for number in range(10):
        said(accounts, ANN, "a guess", f"2001:db8:1:2::{number:x}")
    assert "Too many tries" in said(accounts, ANN, PASSWORD, "2001:db8:1:2:ffff::1")
    assert accounts.sign_in(ANN, PASSWORD, ip="2001:db8:1:3::1")


def test_an_account_of_ones_own_does_not_buy_guesses(
    accounts: Accounts, hire: Hire, ann: Person
) -> None:
    """Signing in between guesses gives the network back that one try, not the others."""
    bob = hire("Bob")
    for number in range(50):
        said(accounts, f"guess{number}@lumen.test", "a guess", AWAY)
        if number % 5 == 0 and number < 45:
            accounts.sign_in(bob.email, PASSWORD, ip=AWAY)
    assert "Too many tries" in said(accounts, bob.email, PASSWORD, AWAY)


def test_many_at_once_get_no_more_tries(
    ann: Person, accounts: Accounts, store: Store, clock: SettableClock
) -> None:
    """Twelve threads of two processes guess; ten of them are heard."""
    sides = (accounts, make_accounts(store, clock))
    heard: list[str] = []
    threads = [
        threading.Thread(target=lambda each=each: heard.append(said(sides[each % 2], ANN, "guess")))
        for each in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("Too many" in words for words in heard) == 2


def test_another_password_ends_every_other_session(accounts: Accounts, ann: Person) -> None:
    """This browser goes on under a new token; links for a new password are void."""
    token, other = (accounts.sign_in(ANN, PASSWORD) for _ in range(2))
    link = accounts.password_link(ann.id, by=ann)
    seat = accounts.seat(token)
    assert seat
    new = accounts.change_password(seat, PASSWORD, "quiet harbour at dawn")
    assert accounts.seat(token) is None
    assert accounts.seat(other) is None
    assert accounts.link_for(link) is None
    assert accounts.seat(new)
    assert len(accounts.sessions(ann)) == 1
    assert "do not go together" in said(accounts, ANN, PASSWORD)


def test_another_password_needs_the_current_one(accounts: Accounts, ann: Person) -> None:
    """Whoever finds an open browser can not take the account over, nor guess there."""
    seat = accounts.seat(accounts.sign_in(ANN, PASSWORD, ip=HOME))
    assert seat
    for _ in range(10):
        with pytest.raises(UsageError, match="not your current password"):
            accounts.change_password(seat, "a guess", "quiet harbour at dawn", ip=HOME)
    with pytest.raises(TooManyRequests):
        accounts.change_password(seat, PASSWORD, "quiet harbour at dawn", ip=HOME)


def test_a_password_changed_meanwhile_lets_nobody_in(
    accounts: Accounts, ann: Person, store: Store, clock: SettableClock
) -> None:
    """Between reading the hash and sitting down the account is looked at again."""

    class Slow(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002
            with store.write() as connection:
                connection.execute(update(person).values(is_active=False))
            return super().verify(password, hash)

    slow = make_accounts(store, clock, Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1)))
    assert "do not go together" in said(slow, ANN, PASSWORD)
    assert len(accounts.sessions(ann)) == 1  # the one from before


def test_refused_tries_are_told_without_what_was_typed(
    accounts: Accounts, ann: Person, store: Store
) -> None:
    """People type passwords into the wrong field: an unknown address is kept nowhere."""
    said(accounts, "my secret password", "oops")
    said(accounts, ANN, "wrong password")
    found = [entry.on for entry in accounts.entries() if entry.action == "failed to sign in"]
    assert found == [ANN, "an address without an account"]
    with store.read() as connection:
        everything = str(list(connection.execute(select(audit)))) + str(
            list(connection.execute(select(sign_in_tries)))
        )
    assert "my secret password" not in everything


def test_who_signs_in_tidies_up(
    accounts: Accounts, ann: Person, store: Store, clock: SettableClock
) -> None:
    """Ended sessions, old counts and links go; network addresses leave the log after 90 days."""
    accounts.invite("late@lumen.test", Role.EDITOR, by=ann)
    said(accounts, "nobody@lumen.test", "x", AWAY)
    clock.move(timedelta(days=91))
    accounts.sign_in(ANN, PASSWORD, ip=HOME)
    with store.read() as connection:
        assert len(connection.execute(select(studio_session)).all()) == 1
        networks = set(connection.scalars(select(audit.c.ip).where(audit.c.at < clock.now())))
        counts = connection.scalars(select(sign_in_tries.c.began_at)).all()
    assert networks == {""}
    assert all(began == clock.now() for began in counts)


def test_a_hash_is_compared_with_room_for_two_only() -> None:
    """Strangers who post a thousand passwords at once do not fill the memory."""
    inside, most = 0, 0
    lock = threading.Lock()

    class Watched(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            try:
                return super().verify(password, hash)
            finally:
                with lock:
                    inside -= 1

    passwords = Passwords(Watched(time_cost=2, memory_cost=1024, parallelism=1))
    kept = passwords.make(PASSWORD)
    threads = [threading.Thread(target=passwords.compare, args=("x", kept)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 2
    assert Passwords(CHEAP).compare(PASSWORD, None) is None
