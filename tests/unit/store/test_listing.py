"""Readers as a list: found, narrowed down, leafed through; and how the list grew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from newsletter.model.consent import Channel, ConsentStep, FormEvidence
from newsletter.store import Store
from newsletter.store.consents import Line, record
from newsletter.store.growth import GrowthDay, growth
from newsletter.store.listing import Standing, Wanted, page_of, standings, tags_used
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.store.tables import subscriber, suppression
from newsletter.store.tables.subscribers import Status

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def full(store: Store) -> Store:
    """Five readers, each of another kind."""
    readers = [
        NewReader("ann@example.com", "Ann", {"clinic": "berlin"}, ("vip",), ("tips",)),
        NewReader("anton@example.com", "Zoë", {"clinic": "hamburg"}, ("vip", "2026")),
        NewReader("bob@example.com", "ANNA", {}, (), ("news",)),
        NewReader("eve%x@example.com", "", {}, ("annual",)),
        NewReader("paul@example.com", "Paul"),
    ]
    import_readers(store, readers, NOW)
    import_readers(store, [NewReader("wait@example.com")], NOW, Status.PENDING)
    with store.write() as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.email == "paul@example.com")
            .values(paused_until=NOW + timedelta(days=1))
        )
        row = {"email": "bob@example.com", "reason": "bounce", "at": NOW}
        connection.execute(insert(suppression), row)
    return store


def found(store: Store, **wanted: Any) -> list[str]:
    """Whom a search finds, by the part before the @, the newest first."""
    with store.read() as connection:
        page = page_of(connection, Wanted(**wanted), NOW)
    assert page.count == len(page.entries)
    return [each.email.partition("@")[0] for each in page.entries]


def test_a_search_goes_by_how_address_name_or_tag_begins(full: Store) -> None:
    """Whatever the capitals; what merely holds the text is not found, and no letter is a joker."""
    assert found(full, text="ann") == ["eve%x", "bob", "ann"]
    assert found(full, text="Anton@") == ["anton"]
    assert found(full, text="nn") == []
    assert found(full, text="zoë") == ["anton"]
    assert found(full, text="eve%") == ["eve%x"]
    assert found(full, text="e%") == []


def test_a_search_may_look_anywhere(full: Store) -> None:
    """Then a part from the middle of an address or a name is enough."""
    assert found(full, text="NN", anywhere=True) == ["bob", "ann"]
    assert found(full, text="%", anywhere=True) == ["eve%x"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"standing": Standing.MAILABLE}, ["paul", "eve%x", "anton", "ann"]),
        ({"standing": Standing.PENDING}, ["wait"]),
        ({"standing": Standing.UNSUBSCRIBED}, []),
        ({"standing": Standing.SUPPRESSED}, ["bob"]),
        ({"standing": Standing.PAUSED}, ["paul"]),
        ({"interest": "news"}, ["wait", "paul", "eve%x", "bob", "anton"]),
        ({"tag": "vip"}, ["anton", "ann"]),
        ({"attributes": (("clinic", "berlin"),)}, ["ann"]),
        ({"tag": "vip", "attributes": (("clinic", "hamburg"),), "text": "a"}, ["anton"]),
    ],
)
def test_a_list_is_narrowed_down(full: Store, wanted: Any, expected: list[str]) -> None:
    """By standing, interest, tag and attribute, one or all of them."""
    assert found(full, **wanted) == expected


def test_a_list_is_leafed_through(full: Store) -> None:
    """Each reader stands on exactly one page, and the last says that it is the last."""
    seen, below = [], 0
    with full.read() as connection:
        for _ in range(3):
            page = page_of(connection, Wanted(), NOW, below=below, most=2)
            seen += [each.email for each in page.entries]
            below = page.following
    assert below == 0
    assert len(seen) == len(set(seen)) == 6


def test_readers_are_counted_by_where_they_stand(full: Store) -> None:
    """Whoever bounced is not mailable, though the yes stays."""
    with full.read() as connection:
        assert standings(connection, NOW) == {
            Standing.MAILABLE: 4,
            Standing.PENDING: 1,
            Standing.UNSUBSCRIBED: 0,
            Standing.SUPPRESSED: 1,
            Standing.PAUSED: 1,
        }
        assert tags_used(connection, 2) == ("2026", "annual")


def test_a_search_reads_no_table_from_end_to_end(full: Store) -> None:
    """However many readers there are, indexes find whoever is searched for."""
    said: list[tuple[str, Any]] = []
    event.listen(full.engine, "before_cursor_execute", lambda *told: said.append(told[2:4]))
    with full.read() as connection:
        page_of(connection, Wanted("ann"), NOW)
        growth(connection, date(2026, 11, 1), date(2026, 12, 1), "Europe/Berlin")
        looked = [each for each in said if "first_name" in each[0] or "FROM consent" in each[0]]
        if not full.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if full.is_sqlite else "EXPLAIN"
        plans = [
            "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {what}", how))
            for what, how in looked
        ]
    assert "ix_subscriber_first_name" in plans[0]
    assert "ix_consent_growth" in plans[-1]
    for plan in plans:
        assert "SCAN subscriber\n" not in plan
        assert "SCAN consent" not in plan
        assert "Seq Scan on consent" not in plan


def test_growth_counts_by_the_days_of_the_site(store: Store) -> None:
    """A yes counts on the site's own day, an import with its proof only, a no of a reader."""

    def say(what: ConsentStep, day: str, **more: Any) -> None:
        at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        line = Line(1, "ann@example.com", "hash", what, at, Channel.FORM, **more)
        with store.write() as connection:
            record(connection, line)

    say(ConsentStep.REQUESTED, "2026-12-01 08:00")
    say(ConsentStep.CONFIRMED, "2026-11-30 22:59:59")
    say(ConsentStep.CONFIRMED, "2026-11-30 23:00")  # midnight in Berlin
    say(ConsentStep.IMPORTED, "2026-12-01 09:00")
    say(ConsentStep.IMPORTED, "2026-12-01 09:00", evidence=FormEvidence(wording="Yes."))
    say(ConsentStep.IMPORTED, "2026-12-01 09:00", note="list.csv; given 2020-01-01")
    say(ConsentStep.WITHDRAWN, "2026-12-02 09:00", status_before=Status.CONFIRMED)
    say(ConsentStep.WITHDRAWN, "2026-12-02 09:00", status_before=Status.PENDING)
    with store.read() as connection:
        days = growth(connection, date(2026, 11, 30), date(2026, 12, 3), "Europe/Berlin")
    assert days == (
        GrowthDay(date(2026, 11, 30), 1, 0, 0),
        GrowthDay(date(2026, 12, 1), 1, 2, 0),
        GrowthDay(date(2026, 12, 2), 0, 0, 1),
        GrowthDay(date(2026, 12, 3), 0, 0, 0),
    )
