"""Comments on a shared preview."""

from __future__ import annotations

import pytest

from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.notice import NoticeKind
from newsletter.reviewing.commenting import MOST_IN_A_WHILE, comment, share
from newsletter.store.reviews import comments_by, comments_on
from tests.unit.reviewing.review import Review


def test_a_comment_is_kept_as_typed_and_told(review: Review) -> None:
    """As plain text; the author hears of it by a notice."""
    link = share(review.room, 1, "first", by="Mira")
    kept = comment(review.room, link, "  Bo \n B ", "Nice.\r\n<script>x</script>")
    assert (kept.name, kept.words) == ("Bo B", "Nice.\n<script>x</script>")
    with review.store.read() as connection:
        assert comments_by(connection, link.id) == comments_on(connection, 1) == (kept,)
    (told,) = review.notices()
    assert (told.kind, told.issue_number) == (NoticeKind.COMMENT, 1)
    assert told.title == "Bo B commented on issue 1"


def test_a_second_click_is_no_second_comment(review: Review) -> None:
    """The same words by the same name; somebody else may say the same."""
    link = share(review.room, 1, "first", by="Mira")
    first = comment(review.room, link, "Bo", "Yes.")
    assert comment(review.room, link, "Bo", "Yes.") == first
    assert comment(review.room, link, "Cy", "Yes.") != first
    review.wait(minutes=11)
    assert comment(review.room, link, "Bo", "Yes.") != first


def test_comments_come_at_a_human_pace(review: Review) -> None:
    """Ten in ten minutes by one link; later ones are welcome, and other links are not held."""
    link, other = (share(review.room, 1, "first", by="Mira") for _ in range(2))
    for at in range(MOST_IN_A_WHILE):
        comment(review.room, link, "Bo", f"Thought {at}")
    with pytest.raises(TooManyRequests) as refused:
        comment(review.room, link, "Bo", "One more")
    assert refused.value.retry_after == 600
    comment(review.room, other, "Cy", "Hello")
    review.wait(minutes=11)
    comment(review.room, link, "Bo", "One more")


@pytest.mark.parametrize(
    ("name", "words"), [("", "Hi"), ("Bo", "  "), ("B" * 81, "Hi"), ("Bo", "x" * 2_001)]
)
def test_a_comment_has_a_name_and_some_words(review: Review, name: str, words: str) -> None:
    """Neither too many of them nor none; nobody is told of what was refused."""
    link = share(review.room, 1, "first", by="Mira")
    with pytest.raises(UsageError):
        comment(review.room, link, name, words)
    assert review.notices() == ()
