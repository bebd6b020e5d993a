"""One-time links: the first admin, invitations, new passwords; once, and not for ever."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.accounts import Accounts
from newsletter.errors import BlockedError, NotFound, UsageError
from newsletter.model.account import LinkKind
from newsletter.model.person import Person, Role
from newsletter.store import Store
from newsletter.store.tables import one_time_link
from tests.peers_ledger import SettableClock
from tests.unit.accounts.conftest import ANN, AWAY, HOME, PASSWORD, Hire

NEW = "quiet harbour at dawn"


def first(accounts: Accounts) -> str:
    """The link for the first admin."""
    link = accounts.first_link()
    assert link
    return link


def test_the_first_link_makes_an_admin_once(accounts: Accounts) -> None:
    """Then there is no first link any more, and the one used is worth nothing."""
    link = first(accounts)
    found = accounts.link_for(link)
    assert found
    assert (found.kind, found.role) == (LinkKind.FIRST, Role.ADMIN)
    seat = accounts.seat(accounts.accept(link, " Ann  Admin ", PASSWORD, email=ANN))
    assert seat
    assert (seat.person.name, seat.person.email, seat.person.role) == ("Ann Admin", ANN, Role.ADMIN)
    assert accounts.first_link() is None
    with pytest.raises(NotFound, match="This link has ended"):
        accounts.accept(link, "Eve", PASSWORD, email="eve@evil.test")


def test_a_new_first_link_voids_the_earlier(accounts: Accounts, clock: SettableClock) -> None:
    """And each is good for an hour only."""
    old, new = first(accounts), first(accounts)
    assert accounts.link_for(old) is None
    assert accounts.link_for(new)
    clock.move(timedelta(hours=1))
    assert accounts.link_for(new) is None
    with pytest.raises(NotFound):
        accounts.accept(new, "Ann", PASSWORD, email=ANN)


def test_two_who_use_the_first_link_at_once_are_one_admin(accounts: Accounts) -> None:
    """Of two posts at the same moment one makes the account."""
    link = first(accounts)
    ends: list[str] = []

    def use(number: int) -> None:
        try:
            accounts.accept(link, f"Person {number}", PASSWORD, email=f"p{number}@lumen.test")
            ends.append("in")
        except NotFound:
            ends.append("out")

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["in", "out", "out", "out"]
    assert len(accounts.people()) == 1


def test_an_invitation_makes_an_account_of_its_role(accounts: Accounts, ann: Person) -> None:
    """The address is the invitation's, whatever else is posted; it works once."""
    link = accounts.invite(" Bob@Lumen.test ", Role.PUBLISHER, by=ann)
    found = accounts.link_for(link)
    assert found
    assert (found.email, found.role, found.made_by) == (
        "Bob@Lumen.test",
        Role.PUBLISHER,
        "Ann Admin",
    )
    accounts.accept(link, "Bob", PASSWORD, email="eve@evil.test")
    bob = accounts.person_at("bob@lumen.test")
    assert (bob.name, bob.email, bob.role) == ("Bob", "Bob@Lumen.test", Role.PUBLISHER)
    assert accounts.invitations() == ()
    with pytest.raises(NotFound):
        accounts.accept(link, "Bob", PASSWORD)


def test_an_invitation_can_be_renewed_and_taken_back(
    accounts: Accounts, ann: Person, clock: SettableClock
) -> None:
    """Only the latest one for an address is good; nothing is left of one taken back or old."""
    old, new = (accounts.invite("bob@lumen.test", Role.EDITOR, by=ann) for _ in range(2))
    assert accounts.link_for(old) is None
    (invitation,) = accounts.invitations()
    accounts.uninvite(invitation.id, by=ann)
    assert accounts.link_for(new) is None
    with pytest.raises(NotFound):
        accounts.uninvite(invitation.id, by=ann)
    late = accounts.invite("bob@lumen.test", Role.EDITOR, by=ann)
    clock.move(timedelta(days=7))
    assert accounts.link_for(late) is None


def test_who_has_an_account_is_not_invited_again(
    accounts: Accounts, hire: Hire, ann: Person
) -> None:
    """Whatever the case; and two invitations to one mailbox make one account."""
    link = accounts.invite("carl@lumen.test", Role.EDITOR, by=ann)
    hire("Bob")
    with pytest.raises(UsageError, match="has an account already"):
        accounts.invite("BOB@lumen.test", Role.ADMIN, by=ann)
    with pytest.raises(UsageError, match="is no address"):
        accounts.invite("carl at lumen", Role.ADMIN, by=ann)
    assert accounts.link_for(link)


def test_a_forgotten_password_is_set_by_link(
    accounts: Accounts, ann: Person, clock: SettableClock
) -> None:
    """Every session ends, the old password with them, and the name stays what it was."""
    before = accounts.sign_in(ANN, PASSWORD)
    link = accounts.password_link(ann.id, by=ann)
    after = accounts.accept(link, "Somebody Else", NEW, email="eve@evil.test")
    assert accounts.seat(before) is None
    seat = accounts.seat(after)
    assert seat
    assert seat.person == ann
    with pytest.raises(UsageError):
        accounts.sign_in(ANN, PASSWORD, ip=AWAY)
    assert accounts.sign_in(ANN, NEW, ip=AWAY)
    clock.move(timedelta(days=1))
    assert accounts.link_for(link) is None


def test_a_link_ends_the_wait_that_strangers_caused(accounts: Accounts, ann: Person) -> None:
    """Whoever is held up by guesses of others from everywhere gets in by a link."""
    for number in range(50):
        with pytest.raises(UsageError):
            accounts.sign_in(ANN, "a guess", ip=f"192.0.2.{number}")
    accounts.accept(accounts.password_link(ann.id, by="command line"), "", NEW)
    assert accounts.sign_in(ANN, NEW, ip="192.0.2.200")


def test_a_password_that_will_not_do_leaves_the_link_good(accounts: Accounts) -> None:
    """A mistake costs nothing; looking at a link as often as one likes costs nothing either."""
    link = first(accounts)
    for name, password, email in (
        ("Ann", "short", ANN),
        ("", PASSWORD, ANN),
        ("Ann", PASSWORD, "no address"),
        ("x" * 81, PASSWORD, ANN),
    ):
        with pytest.raises(UsageError):
            accounts.accept(link, name, password, email=email)
        assert accounts.link_for(link)
    accounts.accept(link, "Ann", PASSWORD, email=ANN)


def test_who_is_deactivated_gets_in_by_no_link(accounts: Accounts, hire: Hire, ann: Person) -> None:
    """Links made before are void, and none is made."""
    bob = hire("Bob")
    link = accounts.password_link(bob.id, by=ann)
    accounts.deactivate(bob.id, by=ann)
    assert accounts.link_for(link) is None
    with pytest.raises(NotFound):
        accounts.accept(link, "", NEW)
    with pytest.raises(BlockedError, match="Activate the account first"):
        accounts.password_link(bob.id, by=ann)


def test_only_hashes_of_links_are_kept(accounts: Accounts, ann: Person, store: Store) -> None:
    """Whoever reads the database, or the audit log, can use no link."""
    links = (
        accounts.invite("bob@lumen.test", Role.ADMIN, by=ann),
        accounts.password_link(ann.id, by=ann),
    )
    with store.read() as connection:
        kept = str(list(connection.execute(select(one_time_link)))) + str(accounts.entries())
    assert all(link not in kept for link in links)


@pytest.mark.parametrize("token", ["", "x", "ü", "\udc80", "A" * 43, "../../etc", "x" * 10_000])
def test_an_invented_link_is_none(accounts: Accounts, ann: Person, token: str) -> None:
    """No error but the one that says so."""
    assert accounts.link_for(token) is None
    with pytest.raises(NotFound):
        accounts.accept(token, "Eve", PASSWORD, ip=HOME)
