"""Posts of the provider, applied in short transactions, oldest first.

Posts may be doubled, late or shuffled, and whoever applies them may die at any moment: events are
told apart by their ids, so to do it again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import Connection

from newsletter.dispatching.desk import goes_on
from newsletter.feedback.evidence import Settled
from newsletter.feedback.meaning import Learned, learn
from newsletter.feedback.rules import FeedbackRules
from newsletter.model.event import DeliveryEvent, EventMatch, EventSource, Malformed
from newsletter.store.event_posts import (
    Post,
    drop_posts,
    keep_malformed,
    lock_posts,
    waiting_posts,
)
from newsletter.subscribing.reception import Reception

_log = structlog.get_logger(__name__)

MOST_EVENTS = 20_000
"""A run, so that it ends."""

_AT_ONCE = 500  # events a transaction: others wait for it
_BYTES_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class Applied:
    """What a run did.

    Attributes:
        posts: that are applied and taken away.
        events: that were read in them, repeated ones too.
        malformed: parts that could not be read.
        matches: events by whose they were.
        problems: in words; a post that fails stays, and is tried again.
    """

    posts: int = 0
    events: int = 0
    malformed: int = 0
    matches: Counter[EventMatch] = field(default_factory=Counter)
    settled: Settled = field(default_factory=Settled)
    problems: tuple[str, ...] = ()

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            self.posts + other.posts,
            self.events + other.events,
            self.malformed + other.malformed,
            self.matches + other.matches,
            self.settled + other.settled,
            self.problems + other.problems,
        )


@dataclass(frozen=True)
class Applier:
    """What applying works with; `bootstrap` puts it together.

    Attributes:
        stopping: whether the process was asked to end; asked between two loads of posts.
    """

    reception: Reception
    source: EventSource
    rules: FeedbackRules = field(default_factory=FeedbackRules)
    stopping: Callable[[], bool] = goes_on


def apply_posts(applier: Applier, most: int = MOST_EVENTS) -> Applied:
    """Apply waiting posts, oldest first.

    Args:
        most: stop once so many events were read.
    """
    done, seen = Applied(), 0
    while done.events < most and not applier.stopping():
        with applier.reception.store.read() as connection:
            posts = waiting_posts(connection, seen, _BYTES_AT_ONCE)
        if not posts:
            break
        done += _apply_or_each(applier, posts)
        seen = posts[-1].id
    return done


def apply_in(applier: Applier, connection: Connection, posts: Sequence[Post]) -> Applied:
    """Apply posts, which are locked, in a transaction of the caller's."""
    read = [_Read.of(applier.source, post) for post in posts]
    events = [event for each in read for event in each.events]
    done = _counted(events, learn(applier.reception, connection, applier.rules, events))
    return done + _finish(connection, read)


@dataclass(frozen=True, slots=True)
class _Read:
    post: Post
    events: list[DeliveryEvent]
    malformed: list[Malformed]

    @classmethod
    def of(cls, source: EventSource, post: Post) -> _Read:
        """What a post says. Nothing happened after we were told of it, whatever it claims."""
        events, malformed = source.read(post.body)
        latest = post.received_at
        told = [each if each.at <= latest else replace(each, at=latest) for each in events]
        return cls(post, told, malformed)


def _apply_or_each(applier: Applier, posts: Sequence[Post]) -> Applied:
    """All of them; or one by one when something is wrong, so that one does not hold up others."""
    try:
        return _apply(applier, [_Read.of(applier.source, post) for post in posts])
    except Exception as problem:
        if len(posts) == 1:
            _log.exception("events can not be applied; they stay", post=posts[0].id)
            return Applied(problems=(f"post {posts[0].id}: {type(problem).__name__}: {problem}",))
    done = Applied()
    for post in posts:
        done += _apply_or_each(applier, [post])
    return done


def _apply(applier: Applier, read: Sequence[_Read]) -> Applied:
    """In transactions of a few hundred events; with the last the posts are gone."""
    reception, ids, done = applier.reception, [each.post.id for each in read], Applied()
    for part, is_last in _parts([event for each in read for event in each.events]):
        with reception.store.write() as connection:
            if not lock_posts(connection, ids):
                return done  # another process is at them
            done += _counted(part, learn(reception, connection, applier.rules, part))
            if is_last:
                done += _finish(connection, read)
    return done


def _parts(events: list[DeliveryEvent]) -> Iterator[tuple[list[DeliveryEvent], bool]]:
    """At least one, also of a post that says nothing."""
    for at in range(0, max(len(events), 1), _AT_ONCE):
        yield events[at : at + _AT_ONCE], at + _AT_ONCE >= len(events)


def _finish(connection: Connection, read: Sequence[_Read]) -> Applied:
    for each in read:
        keep_malformed(connection, each.malformed, each.post.received_at)
    drop_posts(connection, [each.post.id for each in read])
    return Applied(posts=len(read), malformed=sum(len(each.malformed) for each in read))


def _counted(events: Sequence[DeliveryEvent], learned: Learned) -> Applied:
    return Applied(events=len(events), matches=learned.matches, settled=learned.settled)
