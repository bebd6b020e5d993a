"""Ask the provider about what nobody knows the end of, and settle it by what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.restoring import release_after_asking
from newsletter.errors import LedgerError, ProviderSilent
from newsletter.feedback.calls import AskingRules, CallSearch
from newsletter.feedback.doubts import Doubt, doubts
from newsletter.feedback.evidence import Settled
from newsletter.feedback.listed import take_lists
from newsletter.feedback.looking import NotNow, Searcher
from newsletter.feedback.own_mails import UnknownMail, look_for_mail, unknown_mails
from newsletter.feedback.pacing import Pace
from newsletter.feedback.rules import FeedbackRules
from newsletter.model.event import ProviderLog
from newsletter.model.ledger import Resolution
from newsletter.store import Store
from newsletter.subscribing.reception import Reception

BY = "the site's setting resend_absent"
_AFTER_SILENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one run found.

    Attributes:
        calls: questions that were put to the log.
        settled: what the answers proved.
        mails: the program's own mails that were sent after all.
        listed: entries of the provider's lists that are about our readers.
        unknown: deliveries that are still unknown.
        proposed: of these, proposed absent.
        resent: those the site's setting sends again.
        again_at: when the log may be asked more; None when there is nothing to ask now.
        problems: in words.
    """

    calls: int = 0
    settled: Settled = field(default_factory=Settled)
    mails: int = 0
    listed: int = 0
    unknown: int = 0
    proposed: int = 0
    resent: int = 0
    again_at: datetime | None = None
    problems: tuple[str, ...] = ()

    def __add__(self, other: Reconciled) -> Reconciled:
        return Reconciled(
            self.calls + other.calls,
            self.settled + other.settled,
            self.mails + other.mails,
            self.listed + other.listed,
            self.unknown + other.unknown,
            self.proposed + other.proposed,
            self.resent + other.resent,
            other.again_at or self.again_at,
            self.problems + other.problems,
        )


@dataclass(frozen=True)
class Reconciler:
    """What asking works with; `bootstrap` puts it together."""

    desk: Desk
    log: ProviderLog
    reception: Reception
    rules: AskingRules = field(default_factory=AskingRules)
    feedback: FeedbackRules = field(default_factory=FeedbackRules)


def reconcile(reconciler: Reconciler, issue_number: int | None = None) -> Reconciled:
    """Settle what can be settled now, within what the provider lets us ask.

    Args:
        issue_number: only this issue's deliveries; None means all issues, the program's own
            mails, and the provider's lists.
    """
    store, rules = reconciler.desk.store, reconciler.rules
    waiting = _doubts(store, issue_number)
    done = _ask(reconciler, _questions(reconciler, waiting, everything=issue_number is None))
    if issue_number is None:
        done += _take_lists(reconciler)
        if not done.problems:
            with store.write() as connection:
                release_after_asking(connection)
    if rules.resend_absent:
        done += _send_again(reconciler.desk, waiting)
    left = _doubts(store, issue_number) if waiting else []
    return replace(
        done,
        unknown=sum(len(each.unknown) for each in left),
        proposed=sum(each.proposed for each in left),
    )


Question = Callable[[Searcher], Reconciled]


def _ask(reconciler: Reconciler, questions: Iterator[Question]) -> Reconciled:
    """One after the other, until the pace, the provider or our own end says stop."""
    desk = reconciler.desk
    pace = Pace(desk.store, reconciler.rules.calls_per_minute)
    searcher = Searcher(reconciler.log, pace, desk.store.known_site_ids())
    done = Reconciled()
    for question in questions:
        if desk.stopping():
            break
        try:
            done += question(searcher)
        except NotNow as later:
            done = replace(done, again_at=later.until)
            break
        except ProviderSilent as silent:
            until = silent.not_before or desk.clock.now() + _AFTER_SILENCE
            pace.hold(until)
            done = replace(done, again_at=until, problems=(str(silent),))
            break
    return replace(done, calls=pace.calls)


def _questions(
    reconciler: Reconciler, waiting: Sequence[Doubt], *, everything: bool
) -> Iterator[Question]:
    for doubt in sorted(waiting, key=_least_asked):
        yield partial(_look_into, reconciler, doubt)
    if not everything:
        return
    store, rules = reconciler.desk.store, reconciler.rules
    with store.read() as connection:
        now = store.now(connection)
        mails = list(unknown_mails(connection, now, rules.wait, rules.absent_after))
    for mail in mails:
        yield partial(_look_for, store, mail)


def _look_into(reconciler: Reconciler, doubt: Doubt, searcher: Searcher) -> Reconciled:
    search = CallSearch(reconciler.desk.store, searcher, reconciler.rules)
    return Reconciled(settled=search.look_into(doubt))


def _look_for(store: Store, mail: UnknownMail, searcher: Searcher) -> Reconciled:
    return Reconciled(mails=look_for_mail(store, searcher, mail))


def _doubts(store: Store, issue_number: int | None) -> list[Doubt]:
    with store.read() as connection:
        return list(doubts(connection, store.now(connection), issue_number))


def _least_asked(doubt: Doubt) -> tuple[bool, datetime, int]:
    """Calls nobody was asked about come first, then those of longest ago."""
    last = doubt.last_asked
    return last is not None, last or doubt.started_at, doubt.attempt_id


def _take_lists(reconciler: Reconciler) -> Reconciled:
    try:
        taken = take_lists(reconciler.reception, reconciler.log, reconciler.feedback)
    except ProviderSilent as silent:
        return Reconciled(problems=(str(silent),))
    return Reconciled(listed=taken)


def _send_again(desk: Desk, waiting: Sequence[Doubt]) -> Reconciled:
    """The opt-in: the same decision as a person's, for exactly those who are proposed absent."""
    done = Reconciled()
    for issue_number in sorted({each.issue_number for each in waiting}):
        try:
            resent = resolve(desk, issue_number, Resolution.SEND_AGAIN, by=BY, only_absent=True)
            done += Reconciled(resent=resent)
        except LedgerError as problem:
            words = f"Issue {issue_number} is not sent again: {problem}"
            done += Reconciled(problems=(words,))
    return done
