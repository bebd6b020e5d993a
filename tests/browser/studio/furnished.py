"""A studio with something of everything: drafts, what waits, goes, was sent, and is uncertain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from sqlalchemy import update

from newsletter.dispatching.planning import Plan, schedule
from newsletter.model.event import EventKind
from newsletter.model.ledger import Feedback
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.person import Role
from newsletter.publishing.letter_links import letter_links
from newsletter.reviewing.asking import ask_for_approval, vouch
from newsletter.reviewing.commenting import comment, share
from newsletter.reviewing.groups import save_group
from newsletter.store.approvals import record_approval
from newsletter.store.notices import write_notice
from newsletter.store.readers import reader_at
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.store.tables import dispatch
from newsletter.subscribing.adding import add_by_hand
from newsletter.web.studio.letter_views import room_of
from tests.factories import SNIPPET, picture, write_site
from tests.made_up import Kind, MadeUp
from tests.peers_ledger import SENDER, SettableClock, World, ambiguous
from tests.studio import Studio
from tests.unit.reviewing.review import LAYOUT

ISSUE = """\
---
number: {number}
subject: {subject}
preheader: What stands behind the subject in an inbox, long enough to be read
{more}snippets:
  - skin/collagen
---
Hello {{{{ subscriber.first_name | default("there") }}}}, read more [here](https://example.com/x).
"""
LIST = "Mail me at,Vorname,Where\nann@example.com,Ann,berlin\nno address,=cmd(),berlin\n"
HOSTILE = '<img src=x onerror="document.title=1"><b>Bo'


def write_furnished_site(root: Path) -> Path:
    """Three issues and a small layout, so that letters are made at once."""
    snippet = SNIPPET.replace("kind: tip", "kind: tip\nlink_text: More about collagen")
    layout = {"templates/layouts/classic.mjml": LAYOUT, "issues/topics/skin/collagen.md": snippet}
    write_site(root, {**layout, "issues/media/drop.png": picture(600, 400)})
    issues = (
        ("first", 1, "About collagen", ""),
        ("draft", 3, "Still being written", "send_at: 2099-04-02 09:00\n"),
        ("planned", 4, "On the calendar", ""),
    )
    for slug, number, subject, more in issues:
        text = ISSUE.format(number=number, subject=subject, more=more)
        (root / f"issues/{slug}.md").write_text(text)
    return root


@dataclass
class Furnished:
    """Where things are.

    Attributes:
        sent, planned, paused: dispatches.
        reader: somebody with a history.
        asked, shared: paths of personal links; their ids are for taking them back.
        report: path of a report that was shared.
        listed: path of a list that was sent in.
        invited: path of an invitation.
    """

    studio: Studio
    sent: int = 0
    planned: int = 0
    paused: int = 0
    reader: int = 0
    asked: str = ""
    asked_id: int = 0
    shared: str = ""
    shared_id: int = 0
    ended: str = ""
    report: str = ""
    listed: str = ""
    invited: str = ""


def furnish(studio: Studio) -> Furnished:
    """Fill it."""
    made = Furnished(studio)
    _people(made)
    _readers(made)
    _dispatches(made)
    _links(made)
    admin = studio.client(Role.ADMIN)
    sent = admin.post("/studio/readers/import", files={"list": ("a.csv", LIST.encode())})
    made.listed = sent.headers["location"]
    drawn = admin.post("/studio/reports/1/links", {"name": "The board", "days": "7"}).text
    found = re.search(rf'"{re.escape(studio.side.url)}(/studio/[^"]+)"', drawn)
    assert found
    made.report = unescape(found[1])
    return made


def _people(made: Furnished) -> None:
    accounts = made.studio.side.accounts
    for role in Role:
        made.studio.person(role)
    admin = made.studio.person(Role.ADMIN)
    token = accounts.invite("somebody-with-a-long-name@team.test", Role.EDITOR, by=admin)
    made.invited = f"/studio/link/{token}"


def _readers(made: Furnished) -> None:
    studio = made.studio
    names = ("Ann", HOSTILE, "", "مريم")
    rows = [NewReader(f"n{at}@reader.test", first_name=name) for at, name in enumerate(names)]
    import_readers(studio.store, rows, studio.app.clock.now())
    said = {"email": "mira@example.com", "first_name": "Mira <b>", "tags": "vip"}
    add_by_hand(studio.app.reception(studio.store), said, "Signed the card.")
    with studio.store.read() as connection:
        reader = reader_at(connection, "mira@example.com")
    assert reader
    made.reader = reader.id


def _dispatches(made: Furnished) -> None:
    studio, now = made.studio, datetime.now(UTC)
    approved = {}
    for slug in ("first", "planned"):
        composition = studio.app.compose(slug)
        approved[slug] = record_approval(
            studio.store,
            composition.renditions,
            by="Ada",
            at=now,
            sender=SENDER,
            list_id="l.test",
            findings=(),
            sources={},
            links=letter_links(composition),
        )
    plan = Plan(datetime(2099, 4, 7, 9, tzinfo=UTC), "2099-04-07 09:00", "UTC", by="Paul")
    made.planned = schedule(studio.store, approved["planned"].id, plan).dispatch.id

    world = World(studio.store, SettableClock(now))
    world.transport.script.append(ambiguous)
    world.begin(3)
    world.run()

    past = MadeUp(studio.store)
    kinds = [Kind(11, feedback=Feedback.DELIVERED), Kind(1, feedback=Feedback.BOUNCED)]
    start = now - timedelta(days=1)
    made.sent = past.issue(1, kinds, start=start, base=1_000)
    past.told(EventKind.BOUNCED, 1_012, start)
    for who in range(1, 4):
        past.clicked(1, who, 4_000 * who, "https://example.com/x")
    made.paused = past.issue(5, [Kind(5)], base=2_000, start=now - timedelta(days=9))
    told = Notice("out-1", NoticeKind.FINISHED, now, "It is out", "Well.", 1, made.sent)
    with studio.store.write() as connection:
        for of, values in (
            (made.sent, {"approval_id": approved["first"].id}),
            (made.paused, {"state": "paused", "reason": "Too many came back.", "ended_at": None}),
        ):
            connection.execute(update(dispatch).where(dispatch.c.id == of).values(values))
        write_notice(connection, told)


def _links(made: Furnished) -> None:
    studio = made.studio
    room = room_of(studio.side)
    save_group(room, "Office", "ann@example.com", by="Paul Press")
    shared = share(room, 3, "draft", by="Edda Writer", name="The lawyers")
    comment(room, shared, HOSTILE, HOSTILE)
    person = vouch(room, "Lea Lawyer", "lea@lawyers.test", "Paul Press")
    draft = studio.side.desk.composition("draft")
    asked = ask_for_approval(room, draft, person.id, by="Paul Press", note="Mind it.").link
    ends = len(studio.side.url)
    made.asked, made.asked_id = room.address(asked)[ends:], asked.id
    made.shared, made.shared_id = room.address(shared)[ends:], shared.id
    made.ended = made.shared[:-6] + "AAAAAA"
