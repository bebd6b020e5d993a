"""The health of the list as scripts read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from newsletter.feedback.limits import health_warnings
from newsletter.feedback.list_numbers import Health


def health_record(health: Health) -> dict[str, Any]:
    """One document; every number is explained in docs/marketers.md."""
    return {
        "at": health.at.isoformat(timespec="seconds"),
        "readers": health.readers,
        "weeks": [asdict(each) | {"begins": each.begins.isoformat()} for each in health.weeks],
        "mailboxes": [asdict(each) for each in health.mailboxes],
        "warnings": list(health_warnings(health)),
    }
