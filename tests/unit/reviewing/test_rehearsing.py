"""The rehearsal before an approval."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import insert, update

from newsletter.checks import Evidence
from newsletter.config import load_settings
from newsletter.dispatching.planning import Plan, schedule
from newsletter.dispatching.rules import Rules
from newsletter.errors import NotFound
from newsletter.model.consent import SuppressionReason
from newsletter.publishing import Asking, Composition, compose
from newsletter.reviewing.authors import authors_of
from newsletter.reviewing.deciding import decide, dispatch_under_way
from newsletter.reviewing.differing import since_approval
from newsletter.reviewing.rehearsing import Rehearsal, mail_of, reach_of, rehearse
from newsletter.scheduling.reach import count_reach
from newsletter.store.audit import write_entry
from newsletter.store.interests import known_bits
from newsletter.store.tables import subscriber, suppression
from tests.unit.reviewing.review import Review

NEWS = "---\ntitle: New hours\nkind: news\n---\nWe open earlier.\n"


def two_variants(review: Review) -> Composition:
    """The letter with a piece of news beside its tip."""
    (review.root / "issues/topics/skin/hours.md").write_text(NEWS)
    review.rewrite("  - skin/collagen\n", "  - skin/collagen\n  - skin/hours\n")
    return review.compose()


def look(review: Review) -> Rehearsal:
    """The rehearsal of the letter as it is."""
    site = load_settings(review.root, {}).site
    asked = Asking(site, review.store, readers=True)
    composition = compose(site, "first", Evidence(), asked)
    scheduled = dispatch_under_way(review.store, 1)
    wait = timedelta(minutes=20)
    return rehearse(
        review.store,
        composition,
        asked,
        Rules(),
        scheduled=scheduled,
        canary_wait=wait,
        random=Random(1),
    )


def set_reader(review: Review, name: str, **values: object) -> None:
    with review.store.write() as connection:
        mine = update(subscriber).where(subscriber.c.first_name == name)
        connection.execute(mine.values(**values))


def test_everybody_is_counted_where_they_end(review: Review) -> None:
    """By variant, or by why they get nothing."""
    composition = two_variants(review)
    review.readers("Ann", "Bo", "Cy", "Di", "Ed", "Flo")
    decide(review.room, composition, review.decision(composition))  # gives interests their bits
    with review.store.read() as connection:
        bits = known_bits(connection)
    set_reader(review, "Bo", interests=bits["tips"])
    set_reader(review, "Cy", interests=0)
    set_reader(review, "Di", paused_until=review.clock.now() + timedelta(days=3))
    set_reader(review, "Flo", status="pending")
    bounced = {"reason": SuppressionReason.BOUNCE, "at": review.clock.now()}
    with review.store.write() as connection:
        connection.execute(insert(suppression).values(email="4-Ed@reader.test".lower(), **bounced))
    set_reader(review, "Ed", email="4-ed@reader.test")
    with review.store.read() as connection:
        found = reach_of(connection, composition, review.clock.now())
    assert {name: count for name, count in found.variants.items() if count} == {"all": 1, "tips": 1}
    assert (found.readers, found.nothing_chosen) == (2, 1)
    assert (found.suppressed, found.resting, found.pending, found.others) == (1, 1, 1, 0)


def test_a_draft_reaches_whom_its_approval_will(review: Review) -> None:
    """The same readers by variant and zone, also when its interests are new to the database."""
    composition = two_variants(review)
    review.readers("Ann", "Bo", "Cy")
    with review.store.read() as connection:
        before = reach_of(connection, composition, review.clock.now())
    approved = decide(review.room, composition, review.decision(composition)).approved
    with review.store.read() as connection:
        after = count_reach(connection, approved, review.clock.now())
    assert (before.variants, before.zones) == (after.variants, after.zones)
    assert before.nothing_chosen == after.nothing_chosen


def test_readers_the_audience_does_not_hold_are_counted(review: Review) -> None:
    """They are confirmed, and the letter is not about them."""
    review.rewrite("preheader:", "audience: berlin\npreheader:")
    review.readers("Ann", "Bo")
    set_reader(review, "Ann", attributes={"clinic": "berlin"})
    found = look(review)
    assert (found.reach.readers, found.reach.others) == (1, 1)
    assert [each.name for each in found.by_chance] == ["Ann"]


def test_five_readers_are_drawn_and_the_strangest_are_named(review: Review) -> None:
    """Nobody twice; each with the variant they get, the strange ones with the reason."""
    review.readers(*(f"Name{at}" for at in range(30)), "<b>", "שלומית", "")
    found = look(review)
    assert len({each.id for each in found.by_chance}) == 5
    assert {each.variant for each in found.by_chance} == {"all"}
    assert len(found.strangest) == 5
    assert any("signs in first_name" in each.why for each in found.strangest)


def test_a_letter_for_nobody_shows_nobody(review: Review) -> None:
    """An empty list is no error."""
    found = look(review)
    assert (found.reach.readers, found.by_chance, found.strangest) == (0, (), ())


def test_the_time_is_the_one_proposed_or_the_one_on_the_calendar(review: Review) -> None:
    """Without either it is said that there is none."""
    review.readers("Ann")
    nothing = look(review)
    assert nothing.timing is None
    assert "proposes no time" in nothing.no_timing
    review.rewrite("preheader:", "send_at: 2026-12-03 09:00\ntimezone: Europe/Berlin\npreheader:")
    proposed = look(review)
    assert proposed.timing is not None
    assert proposed.timing.wall_text == "2026-12-03 09:00"
    assert not proposed.is_scheduled
    composition = review.compose()
    approved = decide(review.room, composition, review.decision(composition)).approved
    due = review.clock.now() + timedelta(days=5)
    schedule(review.store, approved.id, Plan(due, f"{due:%Y-%m-%d %H:%M}", "UTC", canary=1))
    planned = look(review)
    assert planned.is_scheduled
    assert planned.timing is not None
    assert planned.timing.due_at == due
    assert planned.lasting is not None
    assert planned.lasting.canary == timedelta(minutes=20)


def test_a_readers_own_mail_is_shown(review: Review) -> None:
    """With their values; its links lead to sample pages, so that nobody leaves by
    looking; whose address it is, is nobody's business."""
    review.readers("<Ann>")
    review.rewrite("\nHello", '\n{{ subscriber.email | default("you") }}: Hello')
    composition = review.compose()
    with review.store.read() as connection:
        (reader,) = connection.scalars(subscriber.select().with_only_columns(subscriber.c.id))
    mail = mail_of(review.store, composition, reader)
    assert "Hello &lt;Ann&gt;" in mail.html
    assert "/unsubscribe/sample" in mail.html
    assert "@r•••.test" in mail.text
    set_reader(review, "<Ann>", status="unsubscribed")
    with pytest.raises(NotFound):
        mail_of(review.store, composition, reader)


def test_the_difference_is_to_the_last_approval(review: Review) -> None:
    """None before there is one; afterwards what readers would see change."""
    composition = review.compose()
    assert since_approval(review.store, composition) is None
    decide(review.room, composition, review.decision(composition))
    same = since_approval(review.store, composition)
    assert same is not None
    assert same.found.same
    review.rewrite()
    other = since_approval(review.store, review.compose())
    assert other is not None
    assert "+Good morning" in "\n".join(other.found.text)


def test_authors_are_those_in_the_log_and_in_git(review: Review) -> None:
    """Not those who tested or approved it, nor those of other letters."""
    git(review.root, "init", "-q")
    git(review.root, "add", "issues/first.md")
    git(review.root, "commit", "-qm", "first")
    with review.store.write() as connection:
        for name, action, on in (
            ("Ada", "edited an issue", "first"),
            ("Bo", "sent a test", "first"),
            ("Cy", "edited an issue", "second"),
            ("Di", "approved", "first"),
        ):
            write_entry(
                connection,
                review.clock.now(),
                person=None,
                name=name,
                action=action,
                on=on,
                details={},
                ip="",
            )
    issue = review.compose().issue
    assert set(authors_of(review.store, review.root, issue)) == {
        "Ada",
        "Git Person",
        "g@example.com",
    }


def test_who_changed_a_snippet_of_a_letter_is_one_of_its_authors(review: Review) -> None:
    """On the snippet's own page, by another issue's page, and in git; not of other snippets."""
    snippet = "issues/topics/skin/collagen.md"
    git(review.root, "init", "-q")
    git(review.root, "add", snippet)
    git(review.root, "commit", "-qm", "a snippet")
    with review.store.write() as connection:
        for name, action, on, details in (
            ("Ada", "snippet.edited", "skin/collagen", {}),
            ("Bo", "snippet.created", "skin/collagen", {}),
            ("Cy", "issue.edited", "second", {"file": snippet}),
            ("Di", "issue.edited", "second", {"file": "issues/second.md"}),
            ("Ed", "snippet.edited", "skin/collagen-two", {}),
            ("Flo", "snippet.deleted", "skin/collagen", {}),
        ):
            write_entry(
                connection,
                review.clock.now(),
                person=None,
                name=name,
                action=action,
                on=on,
                details=details,
                ip="",
            )
    issue = review.compose().issue
    assert snippet in issue.sources
    assert set(authors_of(review.store, review.root, issue)) == {
        "Ada",
        "Bo",
        "Cy",
        "Git Person",
        "g@example.com",
    }


def git(folder: Path, *words: str) -> None:
    own = ["-c", "user.name=Git Person", "-c", "user.email=g@example.com"]
    subprocess.run(["git", "-C", str(folder), *own, *words], check=True, capture_output=True)
