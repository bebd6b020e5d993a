"""Uncertain deliveries: explained in everyday words, with the evidence, for a person to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from newsletter.dispatching.resolving import resolve, why_not_again
from newsletter.dispatching.unknown import (
    Unknown,
    list_unknown,
    uncertain_issues,
    unknown_readers,
)
from newsletter.errors import LedgerError, NotFound, UsageError
from newsletter.feedback.doubts import doubts
from newsletter.feedback.reconciling import Reconciled, reconcile
from newsletter.feedback.wording import without_addresses
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import Resolution
from newsletter.model.person import Role
from newsletter.model.transport import Answer
from newsletter.scheduling.spoken import counted, people
from newsletter.store.decisions import Decision, decisions_of
from newsletter.subscribing import masked
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import clock_time, moment
from newsletter.web.studio.visit import Visit, whole_number

_PATH = "/studio/uncertain"
_SHOWN = 20
_KNOWN = {
    EvidenceKind.EVENT: "{} of the same call proved sent by the provider's events",
    EvidenceKind.LOG: "{} of the same call proved sent by the provider's log",
    EvidenceKind.ABSENT: "{} not in the provider's log a day later: very likely got nothing",
    EvidenceKind.DUPLICATE: "{} taken twice",
}
_DECIDED = {
    Resolution.ASSUME_SENT.value: "counted as sent",
    Resolution.SEND_AGAIN.value: "sent again",
}
_ANSWERS: dict[Answer | None, str] = {
    None: "no answer was written down",
    Answer.AMBIGUOUS: "the connection ended without a clear answer",
    Answer.PARTLY: "the provider answered for a part of them",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the provider that left readers uncertain.

    Attributes:
        when: by the site's clock.
        answer: what came back, in words.
        evidence: what is known beside it, a sentence each.
    """

    when: str
    readers: str
    answer: str
    reason: str
    evidence: tuple[str, ...]


class Uncertain:
    """The page of all uncertain deliveries, and of those of one issue."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where they answer."""
        one = "/uncertain/{number:int}"
        return [
            Address("/uncertain", get=self.listed, may=Role.PUBLISHER),
            Address("/uncertain/ask", post=self.ask, may=Role.PUBLISHER),
            Address(one, get=self.issue, may=Role.PUBLISHER),
            Address(f"{one}/decide", get=self.deciding, post=self.decide, may=Role.PUBLISHER),
        ]

    def listed(self, visit: Visit) -> Response:
        """What an uncertain delivery is, and every issue that has some."""
        found = uncertain_issues(self.side.store)
        issues = [(each, people(each.readers), self._when(each.since)) for each in found]
        values = {"issues": issues, "has_log": self._has_log}
        return self.side.draw(visit, "uncertain", values)

    def issue(self, visit: Visit) -> Response:
        """The evidence about one issue, and what may be decided."""
        number = self._number(visit)
        with self.side.app.deskwork() as desk:
            unknown = list_unknown(desk, number)
            refused = why_not_again(desk, number)
        with self.side.store.read() as connection:
            readers = unknown_readers(connection, number, _SHOWN)
            made = decisions_of(connection, number, list(_DECIDED))
            asked = [each.last_asked for each in doubts(connection, self._now, number)]
        total = sum(each.readers for each in unknown)
        sees_all = visit.person.may(Role.ADMIN)
        values = {
            "number": number,
            "subject": self._subject(number),
            "total": total,
            "readers": people(total),
            "absent": sum(each.absent for each in unknown),
            "calls": [self._call(each, sees_all=sees_all) for each in unknown],
            "who": [(each, each.email if sees_all else masked(each.email)) for each in readers],
            "more": max(0, total - len(readers)),
            "sees_all": sees_all,
            "refused": refused,
            "asked": self._last_asked(asked),
            "has_log": self._has_log,
            "decisions": [self._made(each) for each in made],
        }
        return self.side.draw(visit, "uncertain_issue", values)

    def ask(self, visit: Visit) -> Response:
        """Ask the provider's log now, and settle what it knows."""
        said = visit.form.one("number")
        number = whole_number(said)
        with self.side.app.deskwork() as desk:
            reconciler = self.side.app.reconciler(desk)
            if reconciler is None:
                raise UsageError(
                    "There is no provider to ask: issues go out by SMTP, which keeps no log."
                )
            done = reconcile(reconciler, number)
        on = f"issue {number}" if number else ""
        self.side.record(visit, "asked the provider", on, settled=done.settled.accepted)
        back = f"{_PATH}/{number}" if number and done.unknown else _PATH
        return self.side.went(back, self._told(done))

    def deciding(self, visit: Visit) -> Response:
        """The form that says what a decision means."""
        return self._decision(visit, visit.query, "")

    def decide(self, visit: Visit) -> Response:
        """Take the decision, if it is about those whom the person was told of."""
        number, form = self._number(visit), visit.form
        said = {name: form.one(name) for name in ("what", "only")}
        decision, only_absent = _decision_of(said)
        seen = whole_number(form.one("seen"))
        typed = "".join(filter(str.isdecimal, form.one("typed")))
        if seen is None:
            raise UsageError("Open the page of the issue, and decide there.")
        if decision is Resolution.SEND_AGAIN and typed != str(seen):
            return self._decision(visit, said, f"Type the number: {seen:,}.")
        try:
            with self.side.app.deskwork() as desk:
                decided = resolve(
                    desk,
                    number,
                    decision,
                    by=visit.person.name,
                    only_absent=only_absent,
                    seen=seen,
                )
        except LedgerError as problem:
            return self._decision(visit, said, str(problem))
        action = f"decided: {decision.value.replace('_', ' ')}"
        self.side.record(visit, action, f"issue {number}", readers=decided, absent=only_absent)
        words = "count as sent" if decision is Resolution.ASSUME_SENT else "are sent it again"
        left = "" if decided >= seen else " The others follow: decide again when that has gone out."
        return self.side.went(_PATH, f"Decided: {people(decided)} {words}.{left}")

    def _decision(self, visit: Visit, said: Any, problem: str) -> Response:
        number = self._number(visit)
        decision, only_absent = _decision_of(said)
        with self.side.app.deskwork() as desk:
            unknown = list_unknown(desk, number)
            refused = why_not_again(desk, number, only_absent=only_absent)
        total = sum(each.absent if only_absent else each.readers for each in unknown)
        values = {
            "number": number,
            "subject": self._subject(number),
            "again": decision is Resolution.SEND_AGAIN,
            "what": decision.value,
            "only": "absent" if only_absent else "",
            "total": total,
            "readers": people(total),
            "refused": refused if decision is Resolution.SEND_AGAIN else "",
            "problem": problem,
        }
        return self.side.draw(visit, "uncertain_decide", values, 400 if problem else 200)

    def _call(self, each: Unknown, *, sees_all: bool) -> Call:
        evidence = tuple(
            words.format(people(count))
            for kind, words in _KNOWN.items()
            if (count := each.evidence.get(kind, 0))
        )
        at = f"{self._when(each.started_at)} ({clock_time(each.started_at, self.side.app)})"
        answer = _ANSWERS.get(each.answer, "the answer does not say")
        reason = each.reason if sees_all else without_addresses(each.reason)
        return Call(at, people(each.readers), answer, reason, evidence)

    def _made(self, each: Decision) -> tuple[str, str]:
        return self._when(each.at), f"{each.by}: {people(each.readers)} {_DECIDED[each.what]}"

    def _last_asked(self, asked: Sequence[datetime | None]) -> str:
        known = [each for each in asked if each is not None]
        return self._when(max(known)) if known else ""

    def _told(self, done: Reconciled) -> str:
        settled = done.settled.accepted
        parts = [f"Asked, with {counted(done.calls, 'question')}: {people(settled)} settled."]
        if done.unknown:
            parts.append(f"{people(done.unknown)} still uncertain.")
        if done.again_at:
            parts.append(
                f"The log may be asked more at {clock_time(done.again_at, self.side.app)}."
            )
        return " ".join([*parts, *done.problems])

    def _number(self, visit: Visit) -> int:
        return int(visit.named["number"])

    def _subject(self, number: int) -> str:
        found = {each.number: each.subject for each in uncertain_issues(self.side.store)}
        if number not in found:
            raise NotFound(
                f"Issue {number} has no uncertain deliveries. Nothing is left to decide."
            )
        return found[number]

    @property
    def _has_log(self) -> bool:
        return self.side.app.open_provider_log() is not None

    @property
    def _now(self) -> datetime:
        return self.side.app.clock.now()

    def _when(self, at: datetime) -> str:
        return moment(at, self.side.app)


def _decision_of(said: Any) -> tuple[Resolution, bool]:
    try:
        decision = Resolution(said.get("what", ""))
    except ValueError:
        raise UsageError("Decide one: assume they got it, or send it again.") from None
    return decision, said.get("only", "") == "absent"
