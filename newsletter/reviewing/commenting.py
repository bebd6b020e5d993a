"""Share a draft by a link, and hear what people say about it."""

from __future__ import annotations

from datetime import timedelta

from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.review import Comment, LinkFor, PersonalLink
from newsletter.reviewing.links import (
    LONGEST_NOTE,
    USUAL_DAYS,
    Reviewing,
    make_link,
    one_line,
    within,
)
from newsletter.store.notices import write_notice
from newsletter.store.reviews import add_comment, comments_by, count_comments, lock_link

MOST_IN_A_WHILE = 10
WHILE = timedelta(minutes=10)
MOST_IN_ALL = 200


def share(
    room: Reviewing, number: int, slug: str, *, by: str, name: str = "", days: int = USUAL_DAYS
) -> PersonalLink:
    """Make a link that shows an issue as it is now, and takes comments.

    Args:
        number, slug: of the issue.
        name: for whom, as a reminder; may be empty.

    Raises:
        UsageError: days or name are out of bounds.
    """
    with room.store.write() as connection:
        now = room.store.now(connection)
        return make_link(
            connection, LinkFor.PREVIEW, by=by, now=now, days=days, issue=(number, slug), name=name
        )


def comment(room: Reviewing, link: PersonalLink, name: str, words: str) -> Comment:
    """Keep a comment, as plain text, and tell people of the site.

    The same words again by the same name within ten minutes are another click: the comment that
    is there comes back.

    Raises:
        UsageError: no name, no words, or too many of them.
        TooManyRequests: ten in ten minutes, or two hundred in all.
    """
    name = one_line(name)
    words = within(words, LONGEST_NOTE, "The comment")
    if not name or not words:
        raise UsageError("Type your name and what you want to say.")
    with room.store.write() as connection:
        now = room.store.now(connection)
        lock_link(connection, link.id)
        before = comments_by(connection, link.id)
        for each in before:
            if (each.name, each.words) == (name, words) and each.at > now - WHILE:
                return each
        if count_comments(connection, link.id, now - WHILE) >= MOST_IN_A_WHILE:
            raise TooManyRequests("Many comments at once. Go on in ten minutes.", 600)
        if len(before) >= MOST_IN_ALL:
            raise UsageError("This link has taken all the comments it can. Ask for another one.")
        kept = add_comment(connection, link.id, link.issue_number, name, words, now)
        title = f"{name} commented on issue {link.issue_number}"
        cause = f"comment-{kept.id}"
        told = Notice(cause, NoticeKind.COMMENT, now, title, words, link.issue_number)
        write_notice(connection, told)
        return kept
