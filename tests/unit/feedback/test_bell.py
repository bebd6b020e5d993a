"""The bell rings for each person until that person has looked, on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from newsletter.feedback.bell import RINGS_FOR, mark_seen, told_to, unread
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.person import Person, Role
from newsletter.store import Store
from newsletter.store.notices import write_notice
from newsletter.store.tables import person
from tests.peers_ledger import SettableClock


def someone(store: Store, name: str, clock: SettableClock) -> Person:
    """A person whose account was made just now."""
    email = f"{name}@site.test"
    row = {"name": name, "email": email, "email_key": email, "role": Role.EDITOR, "password": "-"}
    with store.write() as connection:
        made = insert(person).values(row | {"made_at": clock.now()}).returning(person.c.id)
        return Person(connection.execute(made).scalar_one(), name, email, Role.EDITOR)


def ring(store: Store, cause: str, clock: SettableClock) -> None:
    """Something happened."""
    told = Notice(cause, NoticeKind.PAUSED, clock.now(), f"Title {cause}", "Words.")
    with store.write() as connection:
        write_notice(connection, told)


def test_it_rings_for_each_until_that_one_has_looked(store: Store, clock: SettableClock) -> None:
    """One person's look is no other's; one notice may be seen and another not."""
    ada, ben = someone(store, "ada", clock), someone(store, "ben", clock)
    for cause in ("a", "b", "c"):
        ring(store, cause, clock)
    newest = told_to(store, ada, 10)[0].notice.id
    mark_seen(store, ada, 0, only=newest)
    assert (unread(store, ada), unread(store, ben)) == (2, 3)
    assert [each.is_new for each in told_to(store, ada, 10)] == [False, True, True]
    mark_seen(store, ada, newest)
    mark_seen(store, ada, newest)
    assert (unread(store, ada), unread(store, ben)) == (0, 3)


def test_what_comes_while_a_page_is_read_stays_new(store: Store, clock: SettableClock) -> None:
    """Marking all marks what was shown."""
    ada = someone(store, "ada", clock)
    ring(store, "a", clock)
    shown = told_to(store, ada, 10)[0].notice.id
    ring(store, "b", clock)
    mark_seen(store, ada, shown)
    assert unread(store, ada) == 1


def test_old_news_is_silent(store: Store, clock: SettableClock) -> None:
    """What is from before one's time, or a month old, is listed and does not ring."""
    ring(store, "before", clock)
    clock.move(timedelta(minutes=1))
    ada = someone(store, "ada", clock)
    assert unread(store, ada) == 0
    ring(store, "now", clock)
    assert unread(store, ada) == 1
    clock.move(RINGS_FOR + timedelta(minutes=1))
    assert unread(store, ada) == 0
    assert [each.notice.cause for each in told_to(store, ada, 10)] == ["now", "before"]
    newest = told_to(store, ada, 1)[0].notice.id
    assert [each.notice.cause for each in told_to(store, ada, 5, newest)] == ["before"]
