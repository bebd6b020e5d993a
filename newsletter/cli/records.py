"""Dispatches and statuses as the JSON that scripts read; names are the contract's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from newsletter.dispatching.status import DispatchStatus, IssueStatus
from newsletter.model.ledger import DeliveryOutcome, Dispatch, Feedback


def dispatch_record(of: Dispatch) -> dict[str, Any]:
    """A dispatch as the ledger has it."""
    return {
        "id": of.id,
        "issue": of.issue_number,
        "kind": of.kind.value,
        "state": of.state.value,
        "reason": of.reason,
        "approval": of.approval_id,
        "due_at": _moment(of.due_at),
        "wall_time": of.wall_time,
        "timezone": of.zone,
        "past": of.past_zones,
        "canary": of.canary,
        "readers_per_hour": of.readers_per_hour,
        "by": of.by,
        "created_at": _moment(of.created_at),
        "started_at": _moment(of.started_at),
        "ended_at": _moment(of.ended_at),
        "frozen": of.frozen,
    }


def status_record(status: IssueStatus, state: str) -> dict[str, Any]:
    """An issue's counts over all its dispatches, and each of them."""
    return {
        "issue": status.issue_number,
        "state": state,
        "frozen": status.frozen,
        **{word.value: status.count(word) for word in DeliveryOutcome},
        "delivered": status.count_feedback(Feedback.DELIVERED),
        "bounced": status.count_feedback(Feedback.BOUNCED),
        "dispatches": [_counted(each) for each in status.dispatches],
    }


def _counted(status: DispatchStatus) -> dict[str, Any]:
    return {
        **dispatch_record(status.dispatch),
        **{word.value: status.outcomes[word] for word in DeliveryOutcome},
        "delivered": status.feedback[Feedback.DELIVERED],
        "bounced": status.feedback[Feedback.BOUNCED],
        "excluded_because": {why.value: count for why, count in status.excluded.items()},
        "waves": [
            {
                "id": each.id,
                "name": each.name,
                "state": each.state.value,
                "due_at": _moment(each.due_at),
                "reason": each.reason,
                "canary": each.canary,
                "passed_at": _moment(each.passed_at),
            }
            for each in status.waves
        ],
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
