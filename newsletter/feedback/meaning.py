"""What events mean: lines, feedback, proof, a reader's no.

Each event does the same wherever it stands among others: a line is kept once under the
provider's id, a delivery's feedback only ever gains weight, proof settles what was unknown, and
a no is compared by time with the reader's own yes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from newsletter.feedback.engagement import FOLLOWED, keep_engagement
from newsletter.feedback.evidence import Proof, Settled, settle_by_evidence, settle_mails
from newsletter.feedback.matching import Matched, match_events
from newsletter.feedback.rules import FeedbackRules
from newsletter.feedback.suppressing import draw_consequences
from newsletter.feedback.wording import without_addresses
from newsletter.model.event import FEEDBACK, DeliveryEvent, EventMatch, EvidenceKind
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.store.delivery_events import add_events, moment_text, raise_feedback
from newsletter.subscribing.reception import Reception

_FEEDBACK_OF = dict(FEEDBACK)
_WEIGHT = {word: weight for weight, word in enumerate(Feedback)}


@dataclass(frozen=True, slots=True)
class Learned:
    """What some events brought.

    Attributes:
        matches: events by whose they were, repeated ones too.
    """

    matches: Counter[EventMatch] = field(default_factory=Counter)
    settled: Settled = field(default_factory=Settled)


def learn(
    reception: Reception,
    connection: Connection,
    rules: FeedbackRules,
    events: Sequence[DeliveryEvent],
) -> Learned:
    """Take in events; those told before change nothing."""
    if not events:
        return Learned()
    found = match_events(connection, reception.hashes, events)
    new = add_events(connection, [_row(each) for each in found if _is_kept(each)])
    for told, ids in _feedback(found).items():
        raise_feedback(connection, told, ids)
    settled = settle_by_evidence(connection, list(_proofs(found)))
    _settle_mails(connection, found)
    keep_engagement(connection, reception, rules.engagement, found)
    fresh = [each for each in _once(found) if each.event.provider_id in new]
    draw_consequences(reception, connection, rules, fresh)
    return Learned(Counter(each.match for each in found), settled)


def _is_kept(each: Matched) -> bool:
    """Opens and clicks of our readers stand elsewhere, as far as the site keeps them at all."""
    return each.event.kind not in FOLLOWED or each.match is EventMatch.FOREIGN


def _row(each: Matched) -> tuple[Any, ...]:
    """A line for an event; the reader's address stands in none but a foreign one's."""
    event, target = each.event, each.target
    is_open = each.match is EventMatch.FOREIGN and event.kind not in FOLLOWED
    return (
        event.provider_id,
        event.kind.value,
        each.match.value,
        moment_text(event.at),
        target.id if target else None,
        each.attempt_id or None,
        each.mail.id if each.mail else None,
        each.subscriber,
        each.address if is_open else "",
        event.message_id,
        without_addresses(event.reason),
        without_addresses(event.raw),
    )


def _feedback(found: Iterable[Matched]) -> dict[Feedback, set[int]]:
    """Deliveries whose feedback gains weight, by the heaviest they are told."""
    heaviest: dict[int, Feedback] = {}
    for each in found:
        told = _FEEDBACK_OF.get(each.event.kind)
        if told is None or each.target is None:
            continue
        known = heaviest.get(each.target.id, each.target.feedback)
        if _WEIGHT[told] > _WEIGHT[known]:
            heaviest[each.target.id] = told
    by_feedback: defaultdict[Feedback, set[int]] = defaultdict(set)
    for delivery_id, told in heaviest.items():
        by_feedback[told].add(delivery_id)
    return by_feedback


def _proofs(found: Iterable[Matched]) -> Iterator[Proof]:
    """Whatever happened to a mail, the provider took it; told only where that is news."""
    for each in found:
        target = each.target
        if target is None:
            continue
        is_own = each.attempt_id in (0, target.attempt_id)
        if is_own and target.outcome is DeliveryOutcome.ACCEPTED:
            continue
        event = each.event
        yield Proof(
            target.id,
            each.attempt_id,
            EvidenceKind.EVENT,
            event.provider_id,
            event.at,
            event.kind.value,
        )


def _settle_mails(connection: Connection, found: Iterable[Matched]) -> None:
    mails = sorted({each.mail.id for each in found if each.mail})
    if mails:
        settle_mails(connection, mails, "the provider told of it afterwards")


def _once(found: Iterable[Matched]) -> Iterator[Matched]:
    """Without those that stand in the same posts twice."""
    seen: set[str] = set()
    for each in found:
        if each.event.provider_id not in seen:
            seen.add(each.event.provider_id)
            yield each
