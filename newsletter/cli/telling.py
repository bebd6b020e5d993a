"""A standing as lines a person reads: plain words, red where somebody is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from newsletter.dispatching.status import DispatchStatus, WaveStatus
from newsletter.model.ledger import DeliveryOutcome, DispatchState, Feedback, WaveState
from newsletter.model.site import Site
from newsletter.model.walltime import find_zone

if TYPE_CHECKING:
    from newsletter.cli.standing import Standing

_RED = "bold red"
_COLOUR_OF = {
    DispatchState.SENT: "green",
    DispatchState.PAUSED: "yellow",
    DispatchState.NEEDS_REVIEW: _RED,
    DispatchState.CANCELLED: "dim",
}
_SHOWN = (
    DeliveryOutcome.ACCEPTED,
    DeliveryOutcome.REJECTED,
    DeliveryOutcome.EXCLUDED,
    DeliveryOutcome.UNKNOWN,
)
_UNDER_WAY = (DeliveryOutcome.QUEUED, DeliveryOutcome.SENDING)


def lines_of(standing: Standing, site: Site) -> Group:
    """Everything worth saying about one issue."""
    return Group(*_lines(standing, site))


def counts(status: DispatchStatus) -> Text:
    """`accepted 9,990 · rejected 2 · excluded 8 (suppressed 8) · unknown 0`."""
    parts = [_count(word, status) for word in _SHOWN]
    parts += [_count(word, status) for word in _UNDER_WAY if status.outcomes[word]]
    parts += [
        Text(f"{word.value} {status.feedback[word]:,}")
        for word in (Feedback.DELIVERED, Feedback.BOUNCED)
        if status.feedback[word]
    ]
    return Text(" · ").join(parts)


def _lines(standing: Standing, site: Site) -> Iterator[Text]:
    yield _heading(standing)
    if standing.overdue:
        yield Text(
            "    OVERDUE: it is due, and no scheduler has looked for two minutes. "
            "Start `newsletter serve` or `python scheduler.py`.",
            _RED,
        )
    if standing.lacks_workers:
        yield Text("    WAITING: no worker lives. Start one: `newsletter worker`.", _RED)
    if standing.approved is not None:
        approved = standing.approved
        yield Text(f"    approved by {approved.by}, {_at(approved.at, site)}")
    if standing.changed:
        yield Text("    changed since approval: what was approved is what they get", "yellow")
    for each in standing.status.dispatches:
        yield from _dispatch(each, site)
    for waiting in standing.waiting:
        yield Text(f"    {waiting.told(lambda moment: _at(moment, site))}", "cyan")
    if any(each.watched for each in standing.status.dispatches):
        number = standing.status.issue_number
        yield Text(f"    to go on without waiting for the canary: newsletter resume {number}")


def _heading(standing: Standing) -> Text:
    status = standing.status
    last = status.dispatches[-1] if status.dispatches else None
    colour = _COLOUR_OF.get(last.dispatch.state, "cyan") if last else "dim"
    if last is not None and last.is_uncertain:
        colour = "yellow"
    subject = f"  {standing.approved.subject}" if standing.approved else ""
    return Text(f"{status.issue_number:>3}{subject}  ", "bold") + Text(standing.words, colour)


def _dispatch(status: DispatchStatus, site: Site) -> Iterator[Text]:
    of = status.dispatch
    kind = of.kind.value.replace("_", "-")
    yield Text(
        f"    dispatch {of.id} ({kind}): {of.state.value.replace('_', ' ')}, {_due(status, site)}"
    )
    if of.reason:
        yield Text(f"      {of.reason}", "yellow")
    if of.frozen:
        yield Text(f"      {of.frozen:,} readers: ") + counts(status)
    if len(status.waves) > 1:
        for wave in status.waves:
            yield _wave(wave, site)


def _due(status: DispatchStatus, site: Site) -> str:
    of = status.dispatch
    if of.ended_at is not None:
        return f"ended {_at(of.ended_at, site)}"
    if of.wall_time:
        where = "on each reader's own clock" if of.zone == "subscriber" else of.zone
        return f"due {of.wall_time} {where}"
    return f"due {_at(of.due_at, site)}"


def _wave(wave: WaveStatus, site: Site) -> Text:
    style = _RED if wave.state is WaveState.NEEDS_REVIEW else ""
    reason = f": {wave.reason}" if wave.reason else ""
    told = f"      wave {wave.id}, {wave.name}: {wave.state.value.replace('_', ' ')}"
    return Text(f"{told}, due {_at(wave.due_at, site)}{reason}", style)


def _count(word: DeliveryOutcome, status: DispatchStatus) -> Text:
    count = status.outcomes[word]
    told = f"{word.value} {count:,}"
    if word is DeliveryOutcome.EXCLUDED and status.excluded:
        reasons = ", ".join(f"{why.value} {n:,}" for why, n in sorted(status.excluded.items()))
        told += f" ({reasons})".replace("_", " ")
    style = "yellow" if word is DeliveryOutcome.UNKNOWN and count else ""
    return Text(told, style)


def _at(moment: datetime, site: Site) -> str:
    local = moment.astimezone(find_zone(site.dispatch.timezone))
    return f"{local:%Y-%m-%d %H:%M %Z}"
