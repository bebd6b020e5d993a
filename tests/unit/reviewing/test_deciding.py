"""Approve or send back: bound to what was shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.dispatching.planning import Plan, schedule
from newsletter.errors import BlockedError, LedgerError, UsageError
from newsletter.model.finding import Finding, Severity
from newsletter.model.ledger import DispatchState
from newsletter.model.notice import NoticeKind
from newsletter.model.review import Answer
from newsletter.reviewing.deciding import (
    Decision,
    Unaccepted,
    decide,
    decide_by_link,
    dispatch_under_way,
    send_back,
)
from newsletter.reviewing.links import take_back
from newsletter.reviewing.seeing import Changed, finding_key, seen_mark
from newsletter.store.approvals import latest_approval
from newsletter.store.personal_links import find_link
from tests.unit.reviewing.review import Review, warned


def approvals(review: Review) -> int:
    """The id of the newest approval; 0 when there is none."""
    with review.store.read() as connection:
        found = latest_approval(connection, 1)
    return found.id if found else 0


def test_what_was_shown_is_what_is_approved(review: Review) -> None:
    """The bytes are frozen under the name of who decided."""
    composition = review.compose()
    decided = decide(review.room, composition, review.decision(composition))
    made = {each.variant: each.sha256 for each in composition.renditions.renditions}
    assert decided.approved.by == "Ada"
    assert decided.approved.hashes == made
    assert decided.under_way is None


def test_a_letter_that_changed_meanwhile_is_not_approved(review: Review) -> None:
    """Whether its words changed, its audience, or its sender."""
    decision = review.decision(review.compose())
    review.rewrite("preheader:", "audience: berlin\npreheader:")
    with pytest.raises(Changed, match="changed while you were reading"):
        decide(review.room, review.compose(), decision)
    review.rewrite("audience: berlin\n", "")
    assert seen_mark(review.compose()) == decision.seen
    review.rewrite()
    with pytest.raises(Changed):
        decide(review.room, review.compose(), decision)
    assert not approvals(review)


def test_an_error_can_not_be_approved(review: Review) -> None:
    """Nor can it be accepted."""
    composition = review.compose()
    wrong = Finding("W02", Severity.ERROR, "Broken")
    broken = replace(composition, findings=(wrong,))
    decision = Decision("Ada", seen_mark(broken), frozenset({finding_key(wrong)}))
    with pytest.raises(BlockedError, match="Broken"):
        decide(review.room, broken, decision)


def test_every_warning_is_accepted_by_itself(review: Review) -> None:
    """One tick is not enough for two; the approval keeps who accepted them."""
    composition = warned(review.compose(), "First", "Second")
    first, second = (finding_key(each) for each in composition.findings)
    decision = Decision("Ada", seen_mark(composition), frozenset({first}))
    with pytest.raises(Unaccepted, match="1 warning is") as refused:
        decide(review.room, composition, decision)
    assert refused.value.missing == {second}
    both = replace(decision, accepted=frozenset({first, second}))
    kept = decide(review.room, composition, both).approved.findings
    assert [each.acknowledged for each in kept] == ["accepted by Ada"] * 2


def test_the_same_warning_in_two_variants_is_ticked_once(review: Review) -> None:
    """It is one thing to read."""
    once = warned(review.compose(), "Same")
    twice = replace(once, findings=(*once.findings, replace(once.findings[0], variant="none")))
    kept = decide(review.room, twice, review.decision(twice)).approved.findings
    assert [each.acknowledged for each in kept] == ["accepted by Ada"] * 2


def test_a_scheduled_issue_takes_the_new_version_at_the_time_it_had(review: Review) -> None:
    """Only when that was said too."""
    composition = review.compose()
    before = decide(review.room, composition, review.decision(composition)).approved
    due = review.clock.now().replace(day=9)
    schedule(review.store, before.id, Plan(due, by="Ada"))
    review.rewrite()
    newer = review.compose()
    with pytest.raises(Unaccepted) as refused:
        decide(review.room, newer, review.decision(newer))
    assert refused.value.missing == {"rebind"}
    decided = decide(review.room, newer, review.decision(newer, rebind=True))
    assert decided.rebound
    assert decided.under_way is not None
    assert (decided.under_way.approval_id, decided.under_way.due_at) == (decided.approved.id, due)


def test_what_is_under_way_sends_on_what_it_was_made_with(review: Review) -> None:
    """An approval while it goes out changes nothing of it, and says what is under way."""
    composition = review.compose()
    before = decide(review.room, composition, review.decision(composition)).approved
    schedule(review.store, before.id, Plan(review.clock.now(), by="Ada"))
    with review.store.write() as connection:
        connection.exec_driver_sql("UPDATE dispatch SET state = 'paused'")
    decided = decide(review.room, composition, review.decision(composition))
    assert not decided.rebound
    assert decided.under_way is not None
    assert decided.under_way.state is DispatchState.PAUSED
    assert decided.under_way.approval_id == before.id


def test_where_two_people_are_asked_for_an_author_may_not_approve(review: Review) -> None:
    """By name or by address, in whatever case; somebody else may."""
    review.room = replace(review.room, two_people=True)
    composition = review.compose()
    for decision in (
        review.decision(composition, "ada"),
        review.decision(composition, "A. L.", email="Ada@Example.com"),
    ):
        with pytest.raises(BlockedError, match="somebody else"):
            decide(review.room, composition, decision, authors=("Ada", "ada@example.com"))
    decide(review.room, composition, review.decision(composition, "Bo"), authors=("Ada", ""))


def test_without_that_setting_an_author_may(review: Review) -> None:
    """A site of one person goes on."""
    composition = review.compose()
    decide(review.room, composition, review.decision(composition), authors=("Ada",))


def test_a_link_approves_once(review: Review) -> None:
    """Identity, time and the approval stand with the link; people of the site are told."""
    link, composition = review.link(), review.compose()
    decision = review.decision(composition)
    approved = decide_by_link(review.room, link, composition, decision).approved
    with pytest.raises(LedgerError, match="answer already"):
        decide_by_link(review.room, link, composition, decision)
    assert approvals(review) == approved.id
    with review.store.read() as connection:
        kept = find_link(connection, link.id)
    assert kept is not None
    assert (kept.answer, kept.approval_id) == (Answer.APPROVED, approved.id)
    assert kept.answered_at == review.clock.now()
    assert (kept.name, kept.email) == ("Ada", "ada@example.com")
    (told,) = review.notices()
    assert (told.kind, told.title) == (NoticeKind.APPROVED, "Ada approved issue 1")
    assert dispatch_under_way(review.store, 1) is None


def test_a_link_that_ended_while_the_page_was_open_approves_nothing(review: Review) -> None:
    """Taken back or expired: no approval is left behind, and nobody is told of one."""
    composition = review.compose()
    taken = review.link()
    take_back(review.room, taken.id, "Mira")
    old = review.link(email="bo@example.com", days=1)
    review.wait(days=2)
    for link in (taken, old):
        with pytest.raises(LedgerError):
            decide_by_link(review.room, link, composition, review.decision(composition))
    assert not approvals(review)
    assert review.notices() == ()


def test_a_letter_is_sent_back_with_a_reason(review: Review) -> None:
    """Which stands with the link and in a notice; there is no approval, and no second answer."""
    link, composition = review.link(), review.compose()
    seen = seen_mark(composition)
    with pytest.raises(UsageError, match="what should change"):
        send_back(review.room, link, composition, seen, "  ")
    send_back(review.room, link, composition, seen, "The second <b>tip</b> is wrong.")
    with pytest.raises(LedgerError):
        decide_by_link(review.room, link, composition, review.decision(composition))
    (told,) = review.notices()
    assert told.kind is NoticeKind.SENT_BACK
    assert told.words == "The second <b>tip</b> is wrong."
    assert not approvals(review)


def test_another_letter_than_was_read_is_not_sent_back(review: Review) -> None:
    """The comment might be about what is mended by now."""
    link, seen = review.link(), seen_mark(review.compose())
    review.rewrite()
    with pytest.raises(Changed):
        send_back(review.room, link, review.compose(), seen, "No.")
