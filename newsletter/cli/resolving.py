"""`resolve`: readers of whom nobody knows, with the evidence, and a person's decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.asking import IssueName, Json, Yes, confirm_on_terminal
from newsletter.cli.naming import find_number
from newsletter.cli.output import emit, people, plain
from newsletter.cli.planning import tell_if_unwatched
from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.unknown import Unknown, list_unknown
from newsletter.errors import UsageError
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import Resolution
from newsletter.scheduling.spoken import people as readers_in_words

UNKNOWN_LEFT = 3
_RISK = {
    Resolution.ASSUME_SENT: "Whoever did not get it will not get it.",
    Resolution.SEND_AGAIN: "Whoever did get it will get it twice.",
}
_ABSENT_RISK = "The provider's log does not have them, which is likely to be right and no proof."
_KNOWN = {
    EvidenceKind.EVENT: "{} settled by events",
    EvidenceKind.LOG: "{} settled by the provider's log",
    EvidenceKind.ABSENT: "{} proposed absent",
    EvidenceKind.DUPLICATE: "{} taken twice",
}


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("resolve")(resolve_issue)


def resolve_issue(
    context: typer.Context,
    issue: IssueName,
    assume_sent: Annotated[
        bool, typer.Option("--assume-sent", help="Count them as mailed.")
    ] = False,
    send_again: Annotated[bool, typer.Option("--send-again", help="Mail them again.")] = False,
    absent: Annotated[
        bool,
        typer.Option("--absent", help="Only those the provider's log does not have after a day."),
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")] = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Decide about readers of whom nobody knows; without a decision, list them."""
    app: App = context.obj()
    console = people(json)
    if absent and not (assume_sent or send_again):
        raise UsageError("--absent goes with a decision: --send-again or --assume-sent.")
    decision = _decision(assume_sent=assume_sent, send_again=send_again, by=by)
    with app.deskwork() as desk:
        number = find_number(app, desk.store, issue)
        unknown = list_unknown(desk, number)
        _tell(console, number, unknown)
        if decision is None:
            _suggest(console, number, unknown, has_log=app.open_provider_log() is not None)
        decided = 0
        if decision is not None and unknown:
            seen = sum(each.absent if absent else each.readers for each in unknown)
            risk = _ABSENT_RISK if absent else _RISK[decision]
            question = f"{readers_in_words(seen)}. {risk} Decide so?"
            confirm_on_terminal(question, yes=yes, json=json)
            who = by.strip()
            decided = resolve(desk, number, decision, by=who, only_absent=absent, seen=seen)
            plain(console, f"{readers_in_words(decided)}: {decision.value.replace('_', ' ')}.")
            if decision is Resolution.SEND_AGAIN:
                tell_if_unwatched(console, app, desk.store)
    left = sum(each.readers for each in unknown) - decided
    if decided and left and not absent:
        plain(console, f"{readers_in_words(left)} of another dispatch wait: decide when this ends.")
    if json:
        emit(_record(number, unknown, decision, decided))
    raise typer.Exit(UNKNOWN_LEFT if left else 0)


def _decision(*, assume_sent: bool, send_again: bool, by: str) -> Resolution | None:
    if assume_sent and send_again:
        raise UsageError("Decide one: --assume-sent or --send-again.")
    if not (assume_sent or send_again):
        return None
    if not by.strip():
        raise UsageError("A decision needs a name: --by NAME.")
    return Resolution.ASSUME_SENT if assume_sent else Resolution.SEND_AGAIN


def _tell(console: Console, number: int, unknown: Sequence[Unknown]) -> None:
    if not unknown:
        plain(console, f"Issue {number} has no unknown readers.")
    for each in unknown:
        answer = each.answer.value.replace("_", " ") if each.answer else "no answer written down"
        reason = f": {each.reason}" if each.reason else ""
        plain(
            console,
            f"attempt {each.attempt_id} of dispatch {each.dispatch_id}, "
            f"{each.started_at:%Y-%m-%d %H:%M:%S} UTC: {readers_in_words(each.readers)}, "
            f"{answer}{reason}{_evidence(each)}",
        )


def _evidence(each: Unknown) -> str:
    """What is known beside the answer: settled by events, by the log, proposed absent."""
    known = [
        words.format(readers_in_words(each.evidence[kind]))
        for kind, words in _KNOWN.items()
        if each.evidence.get(kind)
    ]
    return f" ({'; '.join(known)})" if known else ""


def _suggest(console: Console, number: int, unknown: Sequence[Unknown], *, has_log: bool) -> None:
    """What to do next: send again to exactly those who very likely got nothing."""
    absent = sum(each.absent for each in unknown)
    if absent:
        total = sum(each.readers for each in unknown)
        plain(
            console,
            f"{absent:,} of {total:,} are proposed absent: a day later the provider's log does "
            "not have them. To mail exactly those again:\n"
            f"newsletter resolve {number} --send-again --absent --by NAME",
        )
    elif unknown and has_log:
        plain(console, f"Ask the provider first: newsletter reconcile {number}")


def _record(
    number: int, unknown: Sequence[Unknown], decision: Resolution | None, decided: int
) -> dict[str, Any]:
    return {
        "issue": number,
        "decision": decision.value if decision else None,
        "decided": decided,
        "unknown": [
            {
                "attempt": each.attempt_id,
                "dispatch": each.dispatch_id,
                "readers": each.readers,
                "started_at": each.started_at.isoformat(timespec="seconds"),
                "answer": each.answer.value if each.answer else None,
                "reason": each.reason,
                "absent": each.absent,
                "evidence": {kind.value: count for kind, count in each.evidence.items()},
            }
            for each in unknown
        ],
    }
