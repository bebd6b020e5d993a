"""Looking after people, and the log of who did what."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from newsletter.accounts import COMMAND_LINE, Accounts
from newsletter.errors import BlockedError, NewsletterError, NotFound, UsageError
from newsletter.model.account import Sought
from newsletter.model.person import Person, Role
from newsletter.store import Store
from tests.peers_ledger import SettableClock
from tests.unit.accounts.conftest import ANN, HOME, PASSWORD, Hire, make_accounts


def test_the_last_admin_stays(accounts: Accounts, hire: Hire, ann: Person) -> None:
    """Neither demoted nor deactivated, by nobody; with a second one both are possible."""
    hire("Bob", Role.PUBLISHER)
    for by in (ann, COMMAND_LINE):
        with pytest.raises(BlockedError, match="only admin who can sign in"):
            accounts.deactivate(ann.id, by=by)
        with pytest.raises(BlockedError, match="only admin who can sign in"):
            accounts.change_role(ann.id, Role.PUBLISHER, by=by)
    carl = hire("Carl", Role.ADMIN)
    assert accounts.change_role(ann.id, Role.EDITOR, by=carl).role is Role.EDITOR
    with pytest.raises(BlockedError):
        accounts.deactivate(carl.id, by=carl)


def test_two_admins_can_not_demote_each_other_at_once(
    accounts: Accounts, hire: Hire, ann: Person, store: Store, clock: SettableClock
) -> None:
    """Whoever comes second is the last one, in whatever process."""
    carl = hire("Carl", Role.ADMIN)
    other = make_accounts(store, clock)
    ends: list[bool] = []

    def demote(side: Accounts, by: Person, whom: Person) -> None:
        try:
            side.change_role(whom.id, Role.EDITOR, by=by)
            ends.append(True)
        except NewsletterError:
            ends.append(False)

    threads = [
        threading.Thread(target=demote, args=each)
        for each in ((accounts, ann, carl), (other, carl, ann))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == [False, True]
    assert sum(person.role is Role.ADMIN for person in accounts.people()) == 1


def test_another_role_counts_at_once(accounts: Accounts, hire: Hire, ann: Person) -> None:
    """Sessions of before end; whoever signs in again has the new role."""
    bob = hire("Bob", Role.PUBLISHER)
    token = accounts.sign_in(bob.email, PASSWORD)
    accounts.change_role(bob.id, Role.EDITOR, by=ann)
    assert accounts.seat(token) is None
    seat = accounts.seat(accounts.sign_in(bob.email, PASSWORD))
    assert seat
    assert not seat.person.may(Role.PUBLISHER)


def test_who_is_deactivated_is_out_at_once(accounts: Accounts, hire: Hire, ann: Person) -> None:
    """In every browser; activated again, the old password works and the old sessions do not."""
    bob = hire("Bob")
    token = accounts.sign_in(bob.email, PASSWORD)
    assert not accounts.deactivate(bob.id, by=ann).is_active
    assert accounts.seat(token) is None
    with pytest.raises(UsageError):
        accounts.sign_in(bob.email, PASSWORD)
    accounts.activate(bob.id, by=ann)
    assert accounts.seat(token) is None
    assert accounts.sign_in(bob.email, PASSWORD)


@pytest.mark.parametrize("way", ["deactivated", "demoted"])
def test_who_is_no_admin_any_more_left_no_way_back(
    accounts: Accounts, hire: Hire, ann: Person, way: str
) -> None:
    """Links that they made open nothing, also when they took another name; those of others do."""
    carl, bob = hire("Carl", Role.ADMIN), hire("Bob", Role.ADMIN)
    mine = [
        accounts.invite("carl@elsewhere.test", Role.ADMIN, by=carl),
        accounts.password_link(bob.id, by=carl),
    ]
    hers = accounts.invite("dora@lumen.test", Role.EDITOR, by=ann)
    accounts.rename(carl, "Karl")
    if way == "deactivated":
        accounts.deactivate(carl.id, by=ann)
    else:
        accounts.change_role(carl.id, Role.EDITOR, by=ann)
    assert [accounts.link_for(each) for each in mine] == [None, None]
    assert accounts.link_for(hers) is not None


@pytest.mark.parametrize("role", [Role.EDITOR, Role.PUBLISHER])
def test_only_admins_look_after_people(
    accounts: Accounts, hire: Hire, ann: Person, role: Role
) -> None:
    """The use cases refuse whatever page or script asks."""
    bob = hire("Bob", role)
    for act in (
        lambda: accounts.invite("eve@evil.test", Role.ADMIN, by=bob),
        lambda: accounts.change_role(bob.id, Role.ADMIN, by=bob),
        lambda: accounts.deactivate(ann.id, by=bob),
        lambda: accounts.activate(ann.id, by=bob),
        lambda: accounts.password_link(ann.id, by=bob),
        lambda: accounts.end_sessions(ann.id, by=bob),
        lambda: accounts.uninvite(1, by=bob),
    ):
        with pytest.raises(BlockedError, match="Only an admin"):
            act()
    assert accounts.person(bob.id) == bob


def test_one_ends_ones_own_sessions_only(accounts: Accounts, hire: Hire, ann: Person) -> None:
    """By number, or all but the one that is used; another's number is unknown."""
    bob = hire("Bob")
    here, there, elsewhere = (accounts.sign_in(bob.email, PASSWORD) for _ in range(3))
    seat, other = accounts.seat(here), accounts.seat(there)
    assert seat
    assert other
    with pytest.raises(NotFound):
        accounts.end_session(ann, other.session)
    accounts.end_session(bob, other.session)
    assert accounts.seat(there) is None
    assert accounts.end_other_sessions(seat) == 2  # the one from accepting, too
    assert accounts.seat(elsewhere) is None
    assert accounts.seat(here)


def test_an_admin_ends_someones_sessions(accounts: Accounts, hire: Hire, ann: Person) -> None:
    """Everywhere; the list of people counts what is open."""
    bob = hire("Bob")
    accounts.sign_in(bob.email, PASSWORD)
    counted = {member.person.name: member.sessions for member in accounts.members()}
    assert counted == {"Ann Admin": 1, "Bob": 2}
    assert accounts.end_sessions(bob.id, by=ann) == 2
    assert {member.person.name: member.sessions for member in accounts.members()}["Bob"] == 0


def test_nobody_and_the_nearest(accounts: Accounts, ann: Person) -> None:
    """Someone who is not there is told, with who was probably meant."""
    with pytest.raises(NotFound, match=f'Did you mean "{ANN}"'):
        accounts.person_at("Ann.Admn@lumen.test")
    with pytest.raises(NotFound, match="no such person"):
        accounts.person(99)


def test_a_name_is_one_line(accounts: Accounts, ann: Person) -> None:
    """Nothing that turns text around or hides in it; the log keeps the name that was."""
    assert accounts.rename(ann, "Anna\n\u202e Admin ").name == "Anna Admin"
    with pytest.raises(UsageError, match="what you are called"):
        accounts.rename(ann, " \t")
    assert accounts.entries()[0].name == "Ann Admin"


def test_everything_done_to_people_is_in_the_log(
    accounts: Accounts, hire: Hire, ann: Person
) -> None:
    """Who, what, to whom, from where; the newest first."""
    bob = hire("Bob")
    accounts.change_role(bob.id, Role.PUBLISHER, by=ann, ip=HOME)
    accounts.deactivate(bob.id, by=COMMAND_LINE)
    accounts.record(ann, "approved", "issue 12", {"errors": 0, "to": "<b>"}, ip=HOME)
    approved, deactivated, changed, *_ = accounts.entries()
    assert (approved.name, approved.on, approved.details) == (
        "Ann Admin",
        "issue 12",
        {"errors": "0", "to": "<b>"},
    )
    assert (deactivated.name, deactivated.person, deactivated.on) == (COMMAND_LINE, None, bob.email)
    assert (changed.details, changed.ip) == ({"from": "editor", "to": "publisher"}, HOME)
    done = [entry.action for entry in accounts.entries()]
    assert {"became the first admin", "invited", "accepted an invitation", "signed in"} <= set(done)


def test_the_log_is_sought_and_paged(accounts: Accounts, ann: Person, clock: SettableClock) -> None:
    """By name, action, part of what it is about, and time; a page goes on where one ended."""
    began = clock.now()
    for number in range(1, 8):
        clock.move(timedelta(hours=1))
        accounts.record("Rita" if number % 2 else ann, "approved", f"issue {number}")
    accounts.record(ann, "paused", "issue 100%")

    def found(**sought: object) -> list[str]:
        return [entry.on for entry in accounts.entries(Sought(**sought))]  # type: ignore[arg-type]

    assert found(name="Rita") == ["issue 7", "issue 5", "issue 3", "issue 1"]
    assert found(action="paused") == ["issue 100%"]
    assert found(on="ISSUE 3") == ["issue 3"]
    assert found(on="%") == ["issue 100%"]
    hour = timedelta(hours=1)
    assert found(since=began + 2 * hour, until=began + 4 * hour) == ["issue 3", "issue 2"]
    first = accounts.entries(most=3)
    second = accounts.entries(before=first[-1].id, most=3)
    assert [entry.on for entry in (*first, *second)][:4] == [
        "issue 100%",
        "issue 7",
        "issue 6",
        "issue 5",
    ]
    assert len(list(accounts.all_entries())) == len(accounts.entries())
    names, actions = accounts.names_and_actions()
    assert "Rita" in names
    assert "approved" in actions
