"""Accounts on each database, with passwords that cost next to nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from newsletter.accounts import Accounts, Passwords
from newsletter.model.person import Person, Role
from newsletter.store import Store
from newsletter.tokens import Signer
from tests.databases import *  # noqa: F403
from tests.peers_ledger import SettableClock

SECRET = "a secret of the studio under test"
PASSWORD = "soft lamps over the river"
ANN = "Ann.Admin@lumen.test"
HOME, AWAY = "203.0.113.7", "198.51.100.9"
CHEAP = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)

Hire = Callable[..., Person]


def make_accounts(
    store: Store, clock: SettableClock, passwords: Passwords | None = None
) -> Accounts:
    """Accounts as one process has them."""
    kept = passwords or Passwords(CHEAP)
    return Accounts(store, clock, Signer([SECRET]), site_name="Lumen Letters", passwords=kept)


@pytest.fixture
def accounts(store: Store, clock: SettableClock) -> Accounts:
    """Nobody has an account yet."""
    return make_accounts(store, clock)


@pytest.fixture
def ann(accounts: Accounts) -> Person:
    """The first admin, who came by the first link."""
    link = accounts.first_link()
    assert link
    seat = accounts.seat(accounts.accept(link, "Ann Admin", PASSWORD, email=ANN, ip=HOME))
    assert seat
    return seat.person


@pytest.fixture
def hire(accounts: Accounts, ann: Person) -> Hire:
    """Invites someone who accepts."""

    def hired(name: str, role: Role = Role.EDITOR) -> Person:
        link = accounts.invite(f"{name.lower()}@lumen.test", role, by=ann)
        seat = accounts.seat(accounts.accept(link, name, PASSWORD))
        assert seat
        return seat.person

    return hired
