"""Where a dispatch stood before a person moved it, so that the move can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.model.ledger import Dispatch, DispatchState

_TIMES = ("wall_time", "zone", "past_zones", "canary")


def before_the_move(of: Dispatch) -> dict[str, Any]:
    """What `place_before` needs, as plain values for a decision's evidence."""
    kept = {name: getattr(of, name) for name in _TIMES}
    return {"state": of.state.value, "reason": of.reason, "due_at": of.due_at.isoformat(), **kept}


def place_before(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a dispatch as they were."""
    times = {name: evidence[name] for name in _TIMES}
    due_at = datetime.fromisoformat(evidence["due_at"])
    return {"reason": evidence["reason"], "due_at": due_at, **times}


def was_in_review(evidence: Mapping[str, Any]) -> bool:
    """Whether it waited for a person."""
    return bool(evidence["state"] == DispatchState.NEEDS_REVIEW)
