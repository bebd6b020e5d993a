"""What was sent, to read again: frozen bytes only, at lasting addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import select

from newsletter.publishing import approve
from newsletter.store.tables import delivery
from newsletter.subscribing.own_data import erase_address
from newsletter.tokens import Purpose
from newsletter.web import Served
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import mark
from tests.unit.web.public.conftest import client
from tests.unit.web.public.stage import Stage, copy_site

ISSUE = "/archive/2026-12-01-why-microneedling-works"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A site whose files a test may change."""
    with Stage(copy_site(tmp_path), clock=SettableClock()) as made:
        yield made


@pytest.fixture
def browser(stage: Stage) -> Iterator[httpx.Client]:
    """Asks it."""
    with Served(stage.public) as served, client(served) as asking:
        yield asking


def delivery_of(stage: Stage, reader: int) -> int:
    """The delivery of a reader's only letter."""
    with stage.store.read() as connection:
        found = connection.scalar(select(delivery.c.id).where(delivery.c.subscriber_id == reader))
    assert found is not None
    return int(found)


def test_only_what_went_out_is_there(stage: Stage, browser: httpx.Client) -> None:
    """An approved issue is not; a sent one is, on the sign-up page too."""
    stage.reader("ann@example.com")
    approve(stage.store, stage.app.compose("12"), by="Test", clock=stage.clock)
    assert browser.get(ISSUE).status_code == 404
    assert "microneedling works" not in browser.get("/").text
    stage.dispatch("12")
    assert browser.get(ISSUE).status_code == 200
    for page in ("/", "/archive/"):
        assert "Why microneedling works" in browser.get(page).text


def test_what_was_sent_stays_when_its_file_changes(stage: Stage, browser: httpx.Client) -> None:
    """Only a new approval shows other bytes, with the date of the correction."""
    stage.reader("ann@example.com")
    stage.dispatch("12")
    sent = browser.get(ISSUE).text
    file = stage.root / "issues/2026-12-01-why-microneedling-works.md"
    file.write_text(file.read_text().replace("kept short", "kept very short"))
    assert browser.get(ISSUE).text == sent
    stage.clock.wait(3 * 86_400)
    approve(stage.store, stage.app.compose("12"), by="Test", clock=stage.clock)
    page = browser.get(ISSUE).text
    assert "kept very short" in page
    assert "corrected on 4 December 2026" in page
    assert "Corrected on 4 December 2026" in browser.get("/archive/").text
    feed = ElementTree.fromstring(browser.get("/feed.xml").content)
    assert feed.findtext(f"{ATOM}entry/{ATOM}updated") == "2026-12-04T12:00:00Z"


def test_an_issue_under_another_name_keeps_its_address(stage: Stage, browser: httpx.Client) -> None:
    """The slug it went out with is its address for ever; the new one leads there too."""
    stage.reader("ann@example.com")
    stage.dispatch("12")
    folder = stage.root / "issues"
    (folder / "2026-12-01-why-microneedling-works.md").rename(folder / "2026-12-01-new.md")
    approve(stage.store, stage.app.compose("12"), by="Test", clock=stage.clock)
    assert browser.get(ISSUE).status_code == 200
    assert f'href="http://127.0.0.1:8700{ISSUE}"' in browser.get("/archive/2026-12-01-new").text


def test_the_archive_names_nobody(stage: Stage, browser: httpx.Client) -> None:
    """Values are neutral, and no link in it is anybody's."""
    stage.reader("ann@example.com", first_name="Ann")
    stage.dispatch("12")
    page = browser.get(ISSUE).text
    assert "Hello there" in page
    assert "Ann" not in re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"/(unsubscribe|preferences|view)/\w", page)


def test_a_letter_is_shut_in(stage: Stage, browser: httpx.Client) -> None:
    """Its policy has a sandbox, no script, no form, and pictures from here alone."""
    reader = stage.reader("ann@example.com")
    stage.dispatch("12")
    own = f"/view/{mark(stage, Purpose.VIEW, reader, delivery_of(stage, reader))}"
    for address in (ISSUE, own):
        answer = browser.get(address)
        policy = answer.headers["content-security-policy"]
        rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
        assert "allow-scripts" not in rules["sandbox"]
        assert "allow-same-origin" not in rules["sandbox"]
        assert rules["default-src"] == rules["form-action"] == "'none'"
        assert rules["img-src"] == "'self'"
        assert "script-src" not in rules
        sources = re.findall(r'<img[^>]+src="([^"]+)"', answer.text)
        assert sources
        assert all(source.startswith("/media/") for source in sources)
        assert all(browser.get(source).status_code == 200 for source in sources)


def test_pages_that_link_here_see_title_words_and_picture(
    stage: Stage, browser: httpx.Client
) -> None:
    """Open Graph and a canonical address; the picture is there for whoever asks."""
    stage.reader("ann@example.com")
    stage.dispatch("12")
    page = browser.get(ISSUE).text
    told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page))
    assert told["title"] == "Why microneedling works"
    assert told["description"].startswith("Tiny channels")
    assert told["url"] == f"http://127.0.0.1:8700{ISSUE}"
    picture = browser.get(told["image"].removeprefix("http://127.0.0.1:8700"))
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_feed(stage: Stage, browser: httpx.Client) -> None:
    """Atom with one entry an issue, whose id is its address; valid without any issue too."""
    assert ElementTree.fromstring(browser.get("/feed.xml").content).tag == f"{ATOM}feed"
    stage.reader("ann@example.com")
    stage.dispatch("13")
    stage.dispatch("12")
    answer = browser.get("/feed.xml")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert ids[0] == f"http://127.0.0.1:8700{ISSUE}"
    assert len(ids) == 2


def test_a_reader_sees_their_own_variant(stage: Stage, browser: httpx.Client) -> None:
    """Their sections, their name, their links; nothing that may be kept or indexed."""
    ann = stage.reader("ann@example.com", first_name="Ann", interests=("tips",))
    ben = stage.reader("ben@example.com", first_name="Ben", interests=("resources",))
    stage.dispatch("12")
    hers = browser.get(f"/view/{mark(stage, Purpose.VIEW, ann, delivery_of(stage, ann))}")
    his = browser.get(f"/view/{mark(stage, Purpose.VIEW, ben, delivery_of(stage, ben))}")
    assert "Hello Ann" in hers.text
    assert "Hello Ben" in his.text
    assert "step by step" in his.text
    assert "step by step" not in hers.text
    leave = mark(stage, Purpose.UNSUBSCRIBE, ann, delivery_of(stage, ann))
    assert f"/unsubscribe/{leave}" in hers.text
    assert hers.headers["cache-control"] == "no-store"
    assert hers.headers["x-robots-tag"] == "noindex, nofollow"


def test_nobody_sees_another_readers_copy(stage: Stage, browser: httpx.Client) -> None:
    """A delivery that is not the reader's, a mark for another purpose, somebody erased."""
    ann, ben = stage.reader("ann@example.com"), stage.reader("ben@example.com")
    stage.dispatch("12")
    own = mark(stage, Purpose.VIEW, ann, delivery_of(stage, ann))
    assert browser.get(f"/view/{own}").status_code == 200
    wrong = (
        mark(stage, Purpose.VIEW, ann, delivery_of(stage, ben)),
        mark(stage, Purpose.VIEW, ann, 0),
        mark(stage, Purpose.PREFERENCES, ann, delivery_of(stage, ann)),
    )
    assert {browser.get(f"/view/{token}").status_code for token in wrong} == {404}
    erase_address(stage.reception, "ann@example.com")
    assert browser.get(f"/view/{own}").status_code == 404
