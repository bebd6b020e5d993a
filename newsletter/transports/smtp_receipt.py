"""The verdicts on a batch's readers as one Receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from newsletter.model.transport import Answer, Outcome, Receipt
from newsletter.transports.smtp_session import Stage, Verdict
from newsletter.transports.wording import reason

WAIT = timedelta(seconds=60)
"""How long a server that said "not now" is left alone."""


def receipt(verdicts: Sequence[Verdict], readers: int, now: datetime, *secrets: str) -> Receipt:
    """What the verdicts mean as a whole.

    When every reader was refused only after the text was shown, the text is at fault: then
    nobody is rejected and the answer is CONTENT_REFUSED.

    Args:
        verdicts: one a reader, in order; fewer than `readers` when the work stopped early.
        readers: how many the batch has; those without a verdict are untouched.
        now: the Clock's present.
        secrets: masked in the words.
    """
    outcomes = [verdict.outcome for verdict in verdicts]
    outcomes += [Outcome.UNTOUCHED] * (readers - len(outcomes))
    answer = _answer(verdicts, outcomes)
    if answer is Answer.CONTENT_REFUSED:
        outcomes = [Outcome.UNTOUCHED] * readers
    told = {
        place: reason(verdict.words, *secrets)
        for place, verdict in enumerate(verdicts)
        if verdict.words
    }
    last = max(told, default=None)
    return Receipt(
        answer,
        tuple(outcomes),
        status=verdicts[-1 if last is None else last].status,
        reason="" if last is None else told[last],
        not_before=now + WAIT if any(verdict.put_off for verdict in verdicts) else None,
        reasons=told,
    )


def _answer(verdicts: Sequence[Verdict], outcomes: Sequence[Outcome]) -> Answer:
    seen = set(outcomes)
    if seen == {Outcome.ACCEPTED}:
        return Answer.ACCEPTED
    if Outcome.ACCEPTED in seen:
        return Answer.PARTLY
    if Outcome.UNKNOWN in seen:
        return Answer.AMBIGUOUS
    if seen == {Outcome.UNTOUCHED}:
        return verdicts[-1].stop or Answer.RATE_LIMITED
    return (
        Answer.CONTENT_REFUSED if _letter_at_fault(verdicts, outcomes) else Answer.READERS_REFUSED
    )


def _letter_at_fault(verdicts: Sequence[Verdict], outcomes: Sequence[Outcome]) -> bool:
    late = (Stage.DATA, Stage.END)
    return (
        len(outcomes) > 1
        and all(outcome is Outcome.REJECTED for outcome in outcomes)
        and all(verdict.stage in late for verdict in verdicts)
    )
