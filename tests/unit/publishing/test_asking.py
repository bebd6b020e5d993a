"""Evidence for one issue: from the list, from earlier issues, from the web."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from newsletter.checks import Evidence, LinkAnswer
from newsletter.model.finding import Finding, Severity
from newsletter.model.site import Site
from newsletter.publishing import Asking, approve, compose
from newsletter.store import Store
from newsletter.store.approvals import latest_approval
from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status
from tests.factories import make_site
from tests.peers_ledger import SettableClock

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänin"
LAYOUT = (
    "<mjml lang='en' dir='ltr'><mj-head><mj-title>{{ subject }}</mj-title></mj-head><mj-body>"
    "<mj-section><mj-column><mj-text>{{ opening }}<a href='https://example.com/book'>Book a visit"
    "</a> <a href='{{ links.unsubscribe }}'>Unsubscribe</a> {{ site.sender.postal_address }}"
    "</mj-text></mj-column></mj-section></mj-body></mjml>"
)
ISSUE = (
    "---\nnumber: 1\nsubject: Hello\nallow:\n  - {rule: H05, because: a short note}\n---\n"
    'Hello {{ subscriber.first_name | default("there") }}, this is a letter.\n'
)


def site(root: Path) -> Site:
    files = {"issues/first.md": ISSUE, "templates/layouts/classic.mjml": LAYOUT}
    return make_site(root, files)


def join(store: Store, *names: str) -> None:
    """Confirmed readers with these names."""
    rows = [
        {
            "email": f"r{number}@example.com",
            "first_name": name,
            "status": Status.CONFIRMED,
            "created_at": NOW,
        }
        for number, name in enumerate(names)
    ]
    with store.write() as connection:
        connection.execute(insert(subscriber), rows)


def found(of: Site, ask: Asking, rule: str) -> list[Finding]:
    return [each for each in compose(of, "first", Evidence(), ask).findings if each.rule == rule]


def test_a_reader_who_strains_the_letter_is_named(tmp_path: Path, store: Store) -> None:
    """By number, for the address is nobody's business here; the usual ones are not."""
    join(store, "Ada", "", LONG, "<b>")
    ask = Asking(site(tmp_path), store, readers=True)
    (finding,) = found(ask.site, ask, "P01")
    assert finding.severity is Severity.WARNING
    assert "reader 3 (" in finding.message
    (told,) = ask.told
    assert (told.readers, told.empty) == (4, 1)
    assert {each.id for each in told.strangest} == {1, 2, 3, 4}


def test_at_most_ten_readers_are_shown(tmp_path: Path, store: Store) -> None:
    """The strangest of many."""
    join(store, *(f"<{'x' * number}" for number in range(30)), *("שלומית" for _ in range(30)))
    ask = Asking(site(tmp_path), store, readers=True)
    compose(ask.site, "first", Evidence(), ask)
    assert 0 < len(ask.told[0].strangest) <= 10


def test_links_are_followed_once_for_all_variants(tmp_path: Path) -> None:
    """Those that are the same for every reader; a reader's own are left alone."""
    asked: list[str] = []

    def follow(addresses: Iterable[str]) -> dict[str, LinkAnswer]:
        asked.extend(addresses)
        return {each: LinkAnswer(404) for each in asked}

    ask = Asking(site(tmp_path), follow=follow)
    (finding,) = found(ask.site, ask, "L01")
    assert "answers 404" in finding.message
    assert asked == ["https://example.com/book"]


def test_a_link_there_was_no_time_for_is_told(tmp_path: Path) -> None:
    """For information: nobody knows that it is dead."""
    ask = Asking(site(tmp_path), follow=lambda each: {a: LinkAnswer(0, asked=False) for a in each})
    (finding,) = found(ask.site, ask, "L01")
    assert finding.severity is Severity.INFO


def test_an_approval_keeps_what_was_allowed_and_why(tmp_path: Path, store: Store) -> None:
    """Whoever looks it up later can weigh the reason."""
    composition = compose(site(tmp_path), "first", Evidence())
    approve(store, composition, by="Ada", clock=SettableClock())
    with store.read() as connection:
        approved = latest_approval(connection, 1)
    assert approved is not None
    (kept,) = [each for each in approved.findings if each.rule == "H05"]
    assert kept.acknowledged == "a short note"


def test_an_earlier_issue_has_no_say_before_it_went_out(tmp_path: Path, store: Store) -> None:
    """There is a database, so the rule is checked; nothing was sent, so nothing repeats."""
    composed = compose(site(tmp_path), "first", Evidence(), Asking(site(tmp_path), store))
    assert "H04" not in {each.rule for each in composed.unchecked}
    assert "H04" not in {each.rule for each in composed.findings}
