"""Lists brought in, looked at and asked, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.lists import BadRow, ListPlan, ListRules, find_sources, look_at
from newsletter.store.roster import counts, entries, search
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import erase_address, normalise, proof
from newsletter.subscribing.importing import Import, foresee, import_lists
from newsletter.subscribing.inviting import Asked, ask_waiting, waiting
from tests.unit.subscribing.house import House

Reads = Callable[[str], Import]


@pytest.fixture
def reads(house: House, tmp_path: Path) -> Reads:
    """A CSV text as lists to bring in, with words of consent for all."""
    words = {each.slug: each.slug for each in house.reception.site.interests}
    rules = ListRules(house.reception.site.attributes, words, normalise, house.reception.now)

    def read(text: str) -> Import:
        path = tmp_path / "list.csv"
        path.write_text(text, "utf-8")
        return Import([look_at(each, rules) for each in find_sources(path)], rules, "Yes.")

    return read


MIXED = (
    "email,first_name,status,interests,tags,clinic,timezone\n"
    "ann@example.com,Ann,active,tips,vip,Berlin,Europe/Berlin\n"
    "bob@example.com,Bob,pending,,,,\n"
    "cleo@example.com,,bounced,,,,\n"
    "dan@example.com,,unsubscribed,,,,\n"
    "dan@example.com,,active,,,,\n"
    "eve@example.com,,active,,,Rome,\n"
)


def test_a_list_of_everything(house: House, reads: Reads) -> None:
    """Rows become what they say, counted as foreseen; the second time nothing is new."""
    bad: list[BadRow] = []

    def on_bad(plan: ListPlan, row: BadRow) -> None:
        bad.append(row)

    lists = replace(reads(MIXED), on_bad=on_bad)
    seen = foresee(house.reception, lists)
    assert list(entries(house.reception.store)) == []
    done = import_lists(house.reception, lists)
    assert done == seen
    assert (done.imported, done.waiting, done.suppressed, done.rejected) == (2, 1, 2, 1)
    assert {(row.line, row.reason.partition(".")[0]) for row in bad} == {
        (7, '"Rome" is not a choice of clinic')
    }
    again = import_lists(house.reception, lists)
    assert (again.imported, again.updated, again.suppressed) == (0, 2, 2)
    assert len(proof(house.reception, "ann@example.com")) == 1
    ann = next(each for each in entries(house.reception.store) if each.first_name == "Ann")
    assert (ann.interests, ann.tags, ann.zone) == (("tips",), ("vip",), "Europe/Berlin")
    assert dict(ann.attributes) == {"clinic": "berlin"}


def test_details_that_a_list_does_not_give_stay(house: House, reads: Reads) -> None:
    """An update with empty cells takes nothing away; given ones replace, attribute by attribute."""
    import_lists(house.reception, reads(MIXED))
    import_lists(house.reception, reads("email,clinic,tags\nann@example.com,hamburg,new\n"))
    import_lists(house.reception, reads("email,first_name\nann@example.com,\n"))
    ann = next(each for each in entries(house.reception.store) if each.tags)
    assert (ann.first_name, ann.interests, ann.tags) == ("Ann", ("tips",), ("new", "vip"))
    assert dict(ann.attributes) == {"clinic": "hamburg"}


def test_readers_are_found_and_counted(house: House, reads: Reads) -> None:
    """Search takes parts of address, name and tag; counts leave the suppressed and erased out."""
    import_lists(house.reception, reads(MIXED))
    import_lists(house.reception, reads("email\nfay_1@example.com\nfay21@example.com\n"))
    erase_address(house.reception, "fay21@example.com")
    with house.reception.store.read() as connection:
        assert [each.email for each in search(connection, "ANN", 9)] == ["ann@example.com"]
        assert [each.email for each in search(connection, "vip", 9)] == ["ann@example.com"]
        assert [each.email for each in search(connection, "y_1", 9)] == ["fay_1@example.com"]
        assert len(search(connection, "example", 2)) == 2
        counted = counts(connection)
    assert counted["mailable"] == {"all": 2, "tips": 2}
    assert counted["suppressed"] == {"bounce": 1}
    assert counted["waiting"] == {"all": 1}
    pending = entries(house.reception.store, Status.PENDING)
    assert [each.email for each in pending] == ["bob@example.com"]


def test_those_who_wait_are_asked_once_and_at_a_pace(house: House, reads: Reads) -> None:
    """A run mails so many an hour; another one goes on, and asks nobody twice."""
    rows = "".join(f"r{at}@example.com,pending\n" for at in range(5))
    import_lists(house.reception, reads(f"email,status\n{rows}"))
    rests: list[float] = []
    run = ask_waiting(house.reception, house.postroom, 1_800, rests.append)
    assert [next(run), next(run)] == [Asked(1), Asked(2)]
    run.close()
    assert (rests, waiting(house.reception)) == ([2.0], 3)
    *_, last = ask_waiting(house.reception, house.postroom, 7_200, rests.append)
    assert (last, waiting(house.reception), rests[1:]) == (Asked(3), 0, [1.0])
    for at in range(5):
        (mail,) = house.mailbox.mails(f"r{at}@example.com")
        assert "/confirm/" in mail.text
