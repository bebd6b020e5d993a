"""Reports, shared links, health and the bell, as people of each role see them."""

from __future__ import annotations

import csv
from datetime import timedelta
from html import unescape
from re import findall, search
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from newsletter.feedback.report_record import CSV_HEADER
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.person import Role
from newsletter.store.notices import write_notice
from newsletter.store.tables import audit
from tests.made_up import Kind, MadeUp
from tests.peers_ledger import NOON
from tests.studio import Client, Studio

START = NOON - timedelta(hours=30)
LINKS = {"https://e.test/a": ("skin/a", "About <a>"), "https://e.test/b": ("cta-1", "=Book()")}


@pytest.fixture
def sent(studio: Studio) -> MadeUp:
    """Issue 12 went out yesterday to nine readers, issue 11 a week before."""
    made = MadeUp(studio.store)
    kinds = [Kind(7, feedback=Feedback.DELIVERED), Kind(1, feedback=Feedback.BOUNCED)]
    of = made.issue(12, [*kinds, Kind(1, DeliveryOutcome.UNKNOWN)], links=LINKS, start=START)
    made.taken(of, 8, START)
    made.issue(11, [Kind(4)], base=100, start=START - timedelta(days=7))
    made.told(EventKind.BOUNCED, 8, START)
    made.opened(12, 1, 600)
    made.opened(12, 2, 700, machine=True)
    made.clicked(12, 1, 5_000, "https://e.test/a")
    return made


def share(browser: Client, number: int = 12, **typed: str) -> str:
    """Make a link to a report; returns its path."""
    answer = browser.post(f"/studio/reports/{number}/links", {"days": "7", **typed})
    assert answer.status_code == 200, answer.text
    found = search(r'value="([^"]+/shared-report/[^"]+)"', answer.text)
    assert found
    return urlsplit(unescape(found[1])).path


def links_of(html: str) -> set[str]:
    """Where a page leads to."""
    return {unescape(each) for each in findall(r'href="([^"]+)"', html)}


def test_nothing_was_sent_yet(studio: Studio) -> None:
    """The list says so, and an issue that was never sent has no report."""
    browser = studio.client(Role.EDITOR)
    assert "Nothing was sent yet" in browser.get("/studio/reports").text
    for number in ("12", "x", "99999999999999"):
        assert browser.get(f"/studio/reports/{number}").status_code == 404


def test_the_report_of_an_issue(studio: Studio, sent: MadeUp) -> None:
    """Who got it, said once; then charts with their tables, clicks by link, what went wrong."""
    browser = studio.client(Role.EDITOR)
    listed = browser.get("/studio/reports").text
    assert listed.index("/studio/reports/12") < listed.index("/studio/reports/11")
    page = browser.get("/studio/reports/12").text
    assert page.count("7 of 9 readers got it") == 1
    for name in ("chart-funnel", "chart-over-time", "chart-snippets"):
        assert f'id="{name}"' in page
    assert page.count("<svg role=") == 3
    assert "Came back for good" in page
    assert "About &lt;a&gt;" in page
    assert "/studio/reports/12/links" not in page


def test_by_the_hour_and_by_the_day(studio: Studio, sent: MadeUp) -> None:
    """Both are a link away; what the query says else is passed over."""
    browser = studio.client(Role.EDITOR)
    assert "Day by day" in browser.get("/studio/reports/12", by="days").text
    assert "Hour by hour" in browser.get("/studio/reports/12", by="hours").text
    assert browser.get("/studio/reports/12", by="<script>").status_code == 200


def test_the_letter_can_do_nothing(studio: Studio, sent: MadeUp) -> None:
    """The frozen letter is shut in by its own policy, whatever it holds."""
    answer = studio.client(Role.EDITOR).get("/studio/reports/12/letter")
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-same-origin;" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_figures_for_a_spreadsheet(studio: Studio, sent: MadeUp) -> None:
    """Every number is there, and no cell is run."""
    answer = studio.client(Role.EDITOR).get("/studio/reports/12/figures.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="issue-12.csv"' in answer.headers["content-disposition"]
    header, *rows = csv.reader(answer.text.splitlines())
    assert tuple(header) == CSV_HEADER
    assert ["accepted", "", "8", ""] in rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_issues_are_compared_at_the_same_age(studio: Studio, sent: MadeUp) -> None:
    """Two to five; with another number of them the list says what to do."""
    browser = studio.client(Role.EDITOR)
    page = browser.get("/studio/reports/compare?issue-12=on&issue-11=on").text
    assert "30 hours after its first mail" in page
    assert page.count("<svg role=") == 6
    alone = browser.get("/studio/reports/compare?issue-12=on")
    assert alone.status_code == 400
    assert "Tick 2 to 5 issues" in alone.text
    lost = browser.get("/studio/reports/compare?issue-12=on&issue-7=on")
    assert lost.status_code == 404


def test_a_shared_report_holds_nothing_else(studio: Studio, sent: MadeUp) -> None:
    """Without an account: the figures, no server's words, and no way to another page."""
    address = share(studio.client(Role.PUBLISHER), name="The board")
    page = studio.client().get(address)
    assert page.status_code == 200
    assert "7 of 9 readers got it" in page.text
    assert not [each for each in links_of(page.text) if each.startswith("/studio")]
    assert "In a server" not in page.text
    assert studio.client().get(f"{address}/letter").status_code == 200
    assert page.headers["cache-control"] == "no-store"


def test_a_shared_link_ends(studio: Studio, sent: MadeUp, clock: object) -> None:
    """By itself, by being taken back, and never opens what it was not made for."""
    publisher = studio.client(Role.PUBLISHER)
    kept, gone = share(publisher, days="2"), share(publisher)
    page = publisher.get("/studio/reports/12").text
    ends = findall(r'action="(/studio/reports/12/links/\d+/end)"', page)
    assert len(ends) == 2
    assert publisher.post(ends[0]).status_code == 303
    stranger = studio.client()
    assert stranger.get(gone).status_code == 404
    assert stranger.get(kept).status_code == 200
    altered = kept[:-2] + ("AA" if not kept.endswith("AA") else "BB")
    assert stranger.get(altered).status_code == 404
    assert stranger.get(kept.replace("shared-report", "shared")).status_code == 404
    with studio.store.read() as connection:
        told = connection.scalars(select(audit.c.action)).all()
    assert {"share report", "end report link"} <= set(told)


def test_days_out_of_bounds_are_told(studio: Studio, sent: MadeUp) -> None:
    """The form comes again with what was typed."""
    publisher = studio.client(Role.PUBLISHER)
    for days in ("0", "61", "many", ""):
        answer = publisher.post("/studio/reports/12/links", {"days": days, "name": "Board"})
        assert answer.status_code == 400
        assert 'value="Board"' in answer.text
    assert publisher.post("/studio/reports/7/links", {"days": "2"}).status_code == 404
    assert publisher.post("/studio/reports/12/links/999/end").status_code == 404


def test_who_may_what(studio: Studio, sent: MadeUp) -> None:
    """An editor reads reports; sharing them and health are a publisher's."""
    editor = studio.client(Role.EDITOR)
    assert editor.post("/studio/reports/12/links", {"days": "7"}).status_code == 403
    assert editor.post("/studio/reports/12/links/1/end").status_code == 403
    assert editor.get("/studio/health").status_code == 403
    assert editor.post("/studio/health/outside").status_code == 403
    assert studio.client().get("/studio/reports/12").status_code == 303


def test_health_in_calm_words(studio: Studio, sent: MadeUp) -> None:
    """The list, the program and the settings, each with what to do; nobody outside is asked."""
    page = studio.client(Role.PUBLISHER).get("/studio/health").text
    assert "Nothing that a mailbox provider would hold against the list." in page
    assert "No scheduler has looked for two minutes" in page
    assert "Nothing leaves this machine" in page
    assert "Not asked" in page
    assert page.count("<svg role=") == 2


def test_the_bell(studio: Studio) -> None:
    """It counts what is new to this person, leads there, and stops when one has looked."""
    browser = studio.client(Role.EDITOR)
    for at, kind in enumerate((NoticeKind.FINISHED, NoticeKind.PAUSED), 1):
        told = Notice(f"c{at}", kind, NOON, f"Title <{at}>", "Words.", 12, 3)
        with studio.store.write() as connection:
            write_notice(connection, told)
    page = browser.get("/studio/notices").text
    assert '<span class="count">2' in page
    assert "Title &lt;2&gt;" in page
    assert {"/studio/reports/12", "/studio/dispatches/3"} <= links_of(page)
    assert browser.post("/studio/notices", {"only": "1"}).status_code == 303
    assert '<span class="count">1' in browser.get("/studio/notices").text
    browser.post("/studio/notices", {"upto": "2"})
    assert 'class="count"' not in browser.get("/studio/notices").text
    assert '<span class="count">2' in studio.client(Role.PUBLISHER).get("/studio/notices").text


def test_the_bell_knows_every_kind_of_notice(studio: Studio) -> None:
    """Also what people outside say and decide; each says in words what it is."""
    with studio.store.write() as connection:
        for kind in NoticeKind:
            write_notice(connection, Notice(f"{kind}-1", kind, NOON, f"About {kind}", "Words."))
    page = studio.client(Role.EDITOR).get("/studio/notices")
    assert page.status_code == 200
    assert all(f"About {kind}" in page.text for kind in NoticeKind)
