"""What became of an issue, as the commands say it."""

from __future__ import annotations

import csv
from datetime import timedelta

from sqlalchemy import insert, select

from newsletter.feedback.report_record import CSV_HEADER
from newsletter.model.consent import Channel
from newsletter.model.event import EventKind
from newsletter.model.links import counted_url
from newsletter.store.tables import approval_link, delivery, dispatch, engagement, link
from newsletter.subscribing.leaving import unsubscribe
from tests.acceptance.newsroom import Newsroom

BODY = """\
---
number: 1
subject: First words
snippets:
  - cta: {text: Book, link: "https://example.com/book?name={{ subscriber.first_name }}"}
---
Hello.
"""


def test_a_report_of_what_was_sent(newsroom: Newsroom) -> None:
    """Numbers come as a page, as JSON and as rows; before sending there are none."""
    newsroom.bring(7)
    assert "was never sent" in newsroom.run("report", "1", code=2)
    newsroom.run("send", "1", "--yes")
    told = newsroom.ask("report", "1")
    assert (told["frozen"], told["accepted"], told["readers"]) == (7, 7, 7)
    assert told["engagement"]["opened"] == {"surely": 0, "possible": 0}
    page = newsroom.run("report", "1")
    assert "7 of 7 readers" in page
    assert max(map(len, page.splitlines())) <= 80
    header, *rows = csv.reader(newsroom.run("report", "letter-1", "--csv").splitlines())
    assert tuple(header) == CSV_HEADER
    assert ["accepted", "", "7", ""] in rows
    assert "--json or --csv" in newsroom.run("report", "1", "--json", "--csv", code=2)


def test_without_engagement_the_report_says_so(newsroom: Newsroom) -> None:
    """A site that counts no opens shows no zeros in their place."""
    newsroom.environ["NEWSLETTER_FEEDBACK__ENGAGEMENT"] = "off"
    newsroom.bring(1)
    newsroom.run("send", "1", "--yes")
    assert newsroom.ask("report", "1")["engagement"] is None
    assert "not counted on this site" in newsroom.run("report", "1")


def test_clicks_find_their_section(newsroom: Newsroom) -> None:
    """A link is known again with a reader's value and the site's parameters in it."""
    (newsroom.site / "issues" / "letter-1.md").write_text(BODY, encoding="utf-8")
    newsroom.environ["NEWSLETTER_UTM__SOURCE"] = "letter"
    newsroom.bring(3)
    newsroom.run("send", "1", "--yes")
    with newsroom.store() as store, store.write() as connection:
        known = tuple(connection.scalars(select(approval_link.c.url)))
        url = "https://example.com/book?name=Ada%20L.&utm_source=letter"
        counted = counted_url(url, newsroom.app.site.public_url, known)
        number = connection.execute(insert(link).values(url=counted).returning(link.c.id))
        of = connection.execute(select(dispatch)).one()
        who = connection.execute(select(delivery.c.id)).scalars().first()
        click = {
            "provider_id": "e1",
            "issue_number": 1,
            "dispatch_id": of.id,
            "who": who,
            "kind": EventKind.CLICKED,
            "at": of.started_at + timedelta(hours=3),
            "link_id": number.scalar_one(),
        }
        connection.execute(insert(engagement).values(click))
    told = newsroom.ask("report", "1")["engagement"]
    assert told["snippets"] == [
        {"section": "cta-1", "title": "Book", "shared": False, "surely": 1, "possible": 1}
    ]
    assert told["links"][0]["url"] == "https://example.com/book?name=*"


def test_leaving_counts_for_the_letter_it_came_through(newsroom: Newsroom) -> None:
    """Whoever leaves by the link of a mail is counted in that issue's report."""
    newsroom.bring(2)
    newsroom.run("send", "1", "--yes")
    (mail,) = newsroom.sandbox_says("GET", "/_sandbox/messages?to=r00000@reader.example")
    address = mail["headers"]["List-Unsubscribe"].split(">")[0].lstrip("<")
    with newsroom.store() as store:
        reception = newsroom.app.reception(store)
        unsubscribe(reception, address.rpartition("/")[2], Channel.ONE_CLICK)
    assert newsroom.ask("report", "1")["unsubscribes"] == 1


def test_the_health_of_a_list(newsroom: Newsroom) -> None:
    """Readers and mails are counted, and nothing is wrong with a new list."""
    newsroom.bring(3)
    newsroom.run("send", "1", "--yes")
    told = newsroom.ask("health")
    assert told["readers"] == 3
    assert told["weeks"][-1]["accepted"] == 3
    assert told["warnings"] == []
    assert "3 confirmed readers" in newsroom.run("health", "--weeks", "2")
