"""Asking for approval: one link, one mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.errors import NotFound, UsageError
from newsletter.model.review import Post
from newsletter.model.transport import Batch, Receipt
from newsletter.reviewing.asking import ask_for_approval, vouch
from newsletter.reviewing.mailing import mail_again, mail_link
from newsletter.store.personal_links import claim_post, find_link
from newsletter.store.reviews import approvers, forget_approver
from tests.peers_ledger import ScriptedTransport, accept, ambiguous, refused, unreachable
from tests.unit.reviewing.review import Review


def mail(review: Review, transport: ScriptedTransport) -> Post:
    """Ask, and mail; where the mail stands then."""
    link = review.link()
    return mail_link(review.room, review.compose().site, transport, link, "Hello").post


def test_a_request_is_one_mail_with_the_link(review: Review) -> None:
    """To the person, from the letter's sender, with what the asker wrote and until when."""
    transport, link = ScriptedTransport(), review.link(note="Look at <tip> two.")
    sent = mail_link(review.room, review.compose().site, transport, link, "Hello")
    assert (sent.post, sent.post_reason) == (Post.SENT, "")
    (batch,) = transport.sent
    (reader,) = batch.recipients
    assert reader.email == "ada@example.com"
    assert review.room.address(link) in batch.letter.text
    assert review.room.address(link) in batch.letter.html
    assert "&lt;tip&gt;" in batch.letter.html
    assert batch.letter.is_system
    assert reader.unsubscribe == ""


def test_a_mail_is_sent_once(review: Review) -> None:
    """However often somebody tries to send it."""
    transport, link, site = ScriptedTransport(), review.link(), review.compose().site
    for _ in range(3):
        mail_link(review.room, site, transport, link, "Hello")
    assert transport.taken["ada@example.com"] == 1


def test_asking_twice_about_the_same_letter_is_asking_once(review: Review) -> None:
    """A second click makes no second link and no second mail."""
    first, second = review.ask(), review.ask()
    assert first.is_new
    assert not second.is_new
    assert first.link == second.link


def test_asking_about_a_changed_letter_ends_the_request_before(review: Review) -> None:
    """There is one open question a person."""
    first = review.link()
    review.rewrite()
    second = review.ask()
    assert second.is_new
    with review.store.read() as connection:
        before = find_link(connection, first.id)
    assert before is not None
    assert before.revoked_by == "a newer request"


def test_asking_one_person_leaves_another_asked(review: Review) -> None:
    """Two people may be asked about the same letter."""
    first, second = review.link(), review.link(name="Bo", email="bo@example.com")
    with review.store.read() as connection:
        kept = find_link(connection, first.id)
    assert kept is not None
    assert kept.is_open(review.clock.now())
    assert first.id != second.id


def test_a_mail_that_may_have_left_is_not_sent_again(review: Review) -> None:
    """Nobody can have it sent again; the link is open all the same."""
    transport = ScriptedTransport()
    transport.script.append(ambiguous)
    assert mail(review, transport) is Post.UNKNOWN
    assert not mail_again(review.room, 1)
    assert mail(review, transport) is Post.UNKNOWN
    assert len(transport.sent) == 1


@pytest.mark.parametrize("answer", [unreachable, refused])
def test_a_mail_that_was_not_taken_can_be_tried_again(review: Review, answer: object) -> None:
    """By a person, who sees why it failed."""
    transport = ScriptedTransport()
    transport.script.append(answer)  # type: ignore[arg-type]
    link, site = review.link(), review.compose().site
    failed = mail_link(review.room, site, transport, link, "Hello")
    assert failed.post is Post.FAILED
    assert failed.post_reason
    assert mail_again(review.room, link.id)
    assert mail_link(review.room, site, transport, link, "Hello").post is Post.SENT
    assert transport.taken["ada@example.com"] == 1


def test_whoever_dies_while_mailing_leaves_a_mail_of_unknown_fate(review: Review) -> None:
    """Which is called that after its lease, and not sent."""
    link, site = review.link(), review.compose().site
    with review.store.write() as connection:
        assert claim_post(connection, link.id, review.clock.now())
    review.wait(minutes=4)
    transport = ScriptedTransport()
    mail_link(review.room, site, transport, link, "Hello")
    assert transport.sent == []
    with review.store.read() as connection:
        kept = find_link(connection, link.id)
    assert kept is not None
    assert kept.post is Post.UNKNOWN


def test_a_fault_while_mailing_counts_as_perhaps_sent(review: Review) -> None:
    """Nobody knows what had left by then."""

    def breaks(batch: Batch) -> Receipt:
        accept(batch)
        raise RuntimeError("in the middle")

    transport = ScriptedTransport()
    transport.script.append(breaks)
    assert mail(review, transport) is Post.UNKNOWN


def test_a_site_with_its_own_mail_is_asked_in_its_own_words(review: Review) -> None:
    """The template in `templates/mail/approval-request/`."""
    folder = review.root / "templates" / "mail" / "approval-request"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Please read {{ asked.subject }}")
    (folder / "body.txt").write_text("{{ asked.link }}")
    (folder / "body.mjml").write_text(
        '<mjml lang="en" dir="ltr"><mj-body><mj-section><mj-column>'
        '<mj-button href="{{ asked.link }}">Go</mj-button>'
        "</mj-column></mj-section></mj-body></mjml>"
    )
    transport, link = ScriptedTransport(), review.link()
    mail_link(review.room, review.compose().site, transport, link, "Hello")
    assert transport.sent[0].letter.subject == "Please read Hello"


def test_only_people_a_publisher_vouched_for_are_asked(review: Review) -> None:
    """Nobody else, and nobody who was taken from the list."""
    person = vouch(review.room, "Ada", " Ada@Example.com ", "Mira")
    assert (person.email, person.by) == ("ada@example.com", "Mira")
    with review.store.write() as connection:
        assert forget_approver(connection, person.id)
    with pytest.raises(NotFound):
        ask_for_approval(review.room, review.compose(), person.id, by="Mira")


def test_vouching_again_renames(review: Review) -> None:
    """A person is known by the address."""
    first = vouch(review.room, "Ada", "ada@example.com", "Mira")
    again = vouch(review.room, "Ada Lovelace", "ADA@example.com", "Bo")
    assert again == replace(first, name="Ada Lovelace")
    with review.store.read() as connection:
        assert approvers(connection) == (again,)


@pytest.mark.parametrize(("name", "email"), [("", "a@example.com"), ("Ada", "ada"), ("Ada", "")])
def test_a_person_has_a_name_and_an_address(review: Review, name: str, email: str) -> None:
    """Both are needed for the record."""
    with pytest.raises(UsageError):
        vouch(review.room, name, email, "Mira")
