"""Personal links: what opens, and what does not any more."""

from __future__ import annotations

import pytest

from newsletter.errors import UsageError
from newsletter.model.review import LinkFor
from newsletter.reviewing.commenting import share
from newsletter.reviewing.links import (
    Closed,
    ClosedFor,
    Reviewing,
    open_link,
    require_form,
    take_back,
)
from newsletter.store.personal_links import links_of, open_links
from newsletter.tokens import Purpose, Signer
from tests.unit.reviewing.review import Review


def why_closed(room: Reviewing, kind: LinkFor, token: str) -> ClosedFor:
    with pytest.raises(Closed) as closed:
        open_link(room, kind, token)
    return closed.value.why


def test_a_link_opens_what_it_is_for(review: Review) -> None:
    """Its address holds a mark that leads back to it, and opening it changes nothing."""
    link = share(review.room, 1, "first", by="Mira", name="Lawyers")
    token = review.room.address(link).removeprefix("https://studio.test/studio/shared/")
    assert open_link(review.room, LinkFor.PREVIEW, token) == link
    assert open_link(review.room, LinkFor.PREVIEW, token) == link


def test_a_link_ends(review: Review) -> None:
    """After its days, and not before."""
    link = share(review.room, 1, "first", by="Mira", days=3)
    token = review.room.token(link)
    review.wait(days=2.9)
    assert open_link(review.room, LinkFor.PREVIEW, token).id == link.id
    review.wait(days=0.2)
    assert why_closed(review.room, LinkFor.PREVIEW, token) is ClosedFor.EXPIRED


def test_a_link_that_was_taken_back_opens_nothing(review: Review) -> None:
    """At once; who did it and when is kept, and a second time changes neither."""
    link = share(review.room, 1, "first", by="Mira")
    taken = take_back(review.room, link.id, "Bo")
    review.wait(hours=1)
    assert take_back(review.room, link.id, "Cy") == taken
    assert taken.revoked_by == "Bo"
    closed = why_closed(review.room, LinkFor.PREVIEW, review.room.token(link))
    assert closed is ClosedFor.REVOKED
    with review.store.read() as connection:
        now = review.store.now(connection)
        assert open_links(connection, now) == ()
        assert links_of(connection, 1) == (taken,)


def test_an_altered_link_opens_nothing(review: Review) -> None:
    """Whatever character is changed, cut off or added."""
    token = review.room.token(share(review.room, 1, "first", by="Mira"))
    for at in range(0, len(token), 5):
        other = "A" if token[at] != "A" else "B"
        altered = token[:at] + other + token[at + 1 :]
        assert why_closed(review.room, LinkFor.PREVIEW, altered) is ClosedFor.ALTERED
    for altered in ("", token[:-1], f"{token}A", "../" + token):
        assert why_closed(review.room, LinkFor.PREVIEW, altered) is ClosedFor.ALTERED


def test_a_link_of_one_kind_opens_nothing_of_another(review: Review) -> None:
    """Who may read the draft may not approve it."""
    token = review.room.token(share(review.room, 1, "first", by="Mira"))
    assert why_closed(review.room, LinkFor.APPROVAL, token) is ClosedFor.ALTERED


def test_a_link_of_a_database_before_a_restore_opens_nothing(review: Review) -> None:
    """Another link has the same number by then, and another random number beside it."""
    link = share(review.room, 1, "first", by="Mira")
    older = review.room.signer.mark(Purpose.PREVIEW, link.nonce ^ 1, link.id)
    assert why_closed(review.room, LinkFor.PREVIEW, older) is ClosedFor.ALTERED


def test_another_site_can_not_make_links(review: Review) -> None:
    """They are signed with the site's own secret."""
    link = share(review.room, 1, "first", by="Mira")
    stranger = Reviewing(
        review.store, Signer(["another secret, of another site"]), review.clock, ""
    )
    assert why_closed(review.room, LinkFor.PREVIEW, stranger.token(link)) is ClosedFor.ALTERED


def test_a_form_belongs_to_the_page_of_its_link(review: Review) -> None:
    """The mark in the address is not the one in the form, and another link's is not either."""
    link, other = (share(review.room, 1, "first", by="Mira") for _ in range(2))
    require_form(review.room, link, review.room.form_mark(link))
    for typed in ("", review.room.token(link), review.room.form_mark(other)):
        with pytest.raises(UsageError):
            require_form(review.room, link, typed)


@pytest.mark.parametrize("days", [0, 61, -1])
def test_a_link_is_open_for_a_while_only(review: Review, days: int) -> None:
    """From a day to sixty."""
    with pytest.raises(UsageError, match="1 to 60"):
        share(review.room, 1, "first", by="Mira", days=days)
