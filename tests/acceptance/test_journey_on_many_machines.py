"""A reader's and an issue's whole way on many machines: PostgreSQL, a scheduler, two workers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from newsletter.store.tables import attempt, event_post
from tests.acceptance.newsroom import Newsroom, make_due, until
from tests.processes import PATIENCE

pytestmark = [pytest.mark.postgres, pytest.mark.long]

HERE_BEFORE = 2_000
EACH_ITS_OWN = httpx.Limits(max_keepalive_connections=0)  # a slow machine outlasts a kept one
ANN, BEN, CLEO, DORA = (f"{name}@reader.test" for name in ("ann", "ben", "cleo", "dora"))
SNIPPET = """\
---
title: A {kind} about care
kind: {kind}
link: https://example.com/{kind}
---
Words for those who like a {kind}.
"""
HAPPENINGS = ("bounce:0.02", "deferred:0.05", "open:0.3", "click:0.1", "double:0.2")


@pytest.fixture
def newsroom(postgres_newsroom: Newsroom) -> Newsroom:
    """A letter with a tip and a resource, workers to send it, a provider that signs its events."""
    made = postgres_newsroom
    (made.site / "issues" / "topics" / "care").mkdir(parents=True)
    for kind in ("tip", "resource"):
        snippet = made.site / "issues" / "topics" / "care" / f"{kind}.md"
        snippet.write_text(SNIPPET.format(kind=kind), "utf-8")
    made.write(snippets="[care/tip, care/resource]")
    made.environ["NEWSLETTER_DISPATCH__ENGINE"] = "procrastinate"
    key = httpx.get(f"{made.sandbox.url}/_sandbox/events/key").text.strip()
    made.environ["SENDGRID_WEBHOOK_KEYS"] = key
    return made


@dataclass(frozen=True)
class Public:
    """Readers' pages, as a browser and a mail program use them.

    Attributes:
        stamp: of the form, as it was shown when the test began.
    """

    url: str
    browser: httpx.Client
    stamp: str

    def join(self, email: str, *interests: str) -> None:
        """Fill the form in, no quicker than a person, and press the button."""
        typed = {"stamp": self.stamp, "email": email, "interests": list(interests)}

        def pressed() -> bool:
            page = self.browser.post(f"{self.url}/subscribe", data=typed)
            assert page.status_code == 200, page.text
            return "Now check your mail" in page.text

        until(pressed)

    def press(self, link: str, **typed: Any) -> str:
        """Open the page behind a mail's link and press its button; what stands there then."""
        address = self.url + urlsplit(link).path
        assert self.browser.get(address).status_code == 200
        page = self.browser.post(address, data=typed)
        assert page.status_code == 200, page.text
        return page.text

    def one_click(self, letter: dict[str, Any]) -> str:
        """The mail program's own button (RFC 8058); it looks at no page before."""
        assert letter["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = re.findall(r"<(http[^>]+)>", letter["headers"]["List-Unsubscribe"])[0]
        address = self.url + urlsplit(link).path
        answer = self.browser.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        return answer.text


@contextmanager
def public(newsroom: Newsroom) -> Iterator[Public]:
    """`newsletter serve` beside the scheduler, until the end of the block."""
    ports = ("--port", "0", "--preview-port", "0")
    running = newsroom.begin("serve", "--no-scheduler", *ports)
    said = running.folder / "out"
    try:
        found = until(lambda: re.search(r"Readers: (\S+)", said.read_text("utf-8")))
        with httpx.Client(timeout=PATIENCE, limits=EACH_ITS_OWN) as browser:
            shown = browser.get(found[1]).text
            stamp = re.findall(r'name="stamp" value="([^"]+)"', shown)[0]
            yield Public(found[1], browser, stamp)
    finally:
        ended = running.end()
    ended.require(0)


@contextmanager
def two_workers(newsroom: Newsroom) -> Iterator[None]:
    """Two processes with a slot each, both of whom the queue knows; SIGTERM ends them well."""
    running = [newsroom.begin("worker", "--slots", "1") for _ in range(2)]
    try:
        until(lambda: newsroom.app.count_workers() == 2)
        yield
    finally:
        ended = [each.end() for each in running]
    for each in ended:
        each.require(0)


def mails_to(newsroom: Newsroom, email: str, count: int) -> list[dict[str, Any]]:
    """An address's mails, oldest first, once there are so many."""

    def found() -> list[dict[str, Any]]:
        mails = newsroom.sandbox_says("GET", f"/_sandbox/messages?to={quote(email)}")
        return mails if len(mails) >= count else []

    mails: list[dict[str, Any]] = until(found, f"{email} did not get {count} mails")
    assert len(mails) == count
    return sorted(mails, key=lambda mail: str(mail["received_at"]))


def link_in(text: str, page: str) -> str:
    """The address of a page of ours that stands in a mail or a page."""
    return str(re.findall(rf'[^\s"<>]*/{page}/[\w-]+', text)[0])


def let_them_in(newsroom: Newsroom, pages: Public) -> None:
    """Three sign up and confirm by the mail they got, one never does; two want tips alone."""
    pages.join(ANN)
    pages.join(BEN, "tips")
    pages.join(CLEO)
    pages.join(DORA)
    for email in (ANN, BEN, CLEO):
        (asked,) = mails_to(newsroom, email, 1)
        welcome = pages.press(link_in(asked["text"], "confirm"))
        assert "You are on the list" in welcome
        if email == ANN:
            chosen = pages.press(link_in(welcome, "preferences"), interests=["tips"])
            assert "Saved" in chosen
        mails_to(newsroom, email, 2)


def send_issue(newsroom: Newsroom) -> None:
    """Approved by one, scheduled by another, sent by the workers when its time has come."""
    newsroom.faults("slow:1:0.3")
    approved = newsroom.ask("approve", "1", "--by", "Ada")
    assert sum(each["readers"] for each in approved["renditions"]) == HERE_BEFORE + 3
    newsroom.ask("schedule", "1", "--at", "2037-12-01 09:00", "--by", "Ben")
    make_due(newsroom, hours_ago=0)
    until(lambda: newsroom.status()["state"] == "sent")
    newsroom.faults()


def senders(newsroom: Newsroom) -> int:
    """How many processes handed batches over."""
    with newsroom.store() as store, store.read() as connection:
        query = select(func.count(attempt.c.owner.distinct()))
        return int(connection.execute(query).scalar_one())


def hear(newsroom: Newsroom) -> None:
    """Until every event was posted to the webhook and applied by the scheduler."""

    def is_told() -> bool:
        poster = newsroom.sandbox_says("GET", "/_sandbox/events")
        assert poster["lost"] == 0
        return bool(poster["posted"]) and not poster["waiting"]

    def is_applied() -> bool:
        with newsroom.store() as store, store.read() as connection:
            return connection.execute(select(event_post.c.id)).first() is None

    until(is_told)
    until(is_applied)


def require_truth(newsroom: Newsroom, told: dict[str, Any]) -> None:
    """The report's numbers are those of what the other side knows to have happened."""
    words = [set(line.words) for line in newsroom.sandbox.truth() if len(line.words) > 1]
    assert len(words) == HERE_BEFORE + 3
    happened = {word: sum(word in each for each in words) for word in ("delivered", "bounce")}
    assert (told["delivered"], told["bounced"]) == (happened["delivered"], happened["bounce"])
    assert happened["bounce"] > 0
    for number, word in (("opened", "open"), ("clicked", "click")):
        readers = sum(word in each for each in words)
        band = told["engagement"][number]
        assert 0 < band["surely"] <= readers <= band["possible"] <= HERE_BEFORE + 3


def test_from_sign_up_to_report(newsroom: Newsroom) -> None:
    """Readers come by the form, choose, are mailed once by either worker, and one leaves by one
    click; what the provider then says of it stands in the report.
    """
    newsroom.bring(HERE_BEFORE)
    with newsroom.scheduler(), public(newsroom) as pages, two_workers(newsroom):
        let_them_in(newsroom, pages)
        told_to = {"url": f"{pages.url}/webhooks/sendgrid", "events": list(HAPPENINGS), "seed": 8}
        newsroom.sandbox_says("PUT", "/_sandbox/events", told_to)
        send_issue(newsroom)
        hear(newsroom)
        told = newsroom.ask("report", "1")
        require_truth(newsroom, told)
        assert (told["accepted"], told["readers"], told["unsubscribes"]) == (
            *(HERE_BEFORE + 3,) * 2,
            0,
        )

        hers, theirs = mails_to(newsroom, ANN, 3)[-1], mails_to(newsroom, CLEO, 3)[-1]
        for tips_alone in (hers, mails_to(newsroom, BEN, 3)[-1]):
            assert "who like a tip" in tips_alone["text"]
            assert "who like a resource" not in tips_alone["text"]
        assert "who like a resource" in theirs["text"]
        assert "unsubscribed" in pages.one_click(hers)
        assert newsroom.ask("report", "1")["unsubscribes"] == 1
        mails_to(newsroom, DORA, 1)
    assert senders(newsroom) == 2
    mailed = newsroom.mailed()
    assert len(mailed) == HERE_BEFORE + 4
    assert {times for email, times in mailed.items() if email.startswith("r0")} == {1}
