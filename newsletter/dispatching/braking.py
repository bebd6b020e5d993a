"""The brake: an outage must cost a handful of unknown readers, not the list.

While answers are clear, anyone may claim. After the first ambiguous one, claims stop as soon
as those in flight could complete the third. From the third on the brake is on: one small
batch at a time probes, at growing intervals.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from newsletter.dispatching.rules import Rules


class Go(StrEnum):
    """What a claim may do."""

    FULL = "full"
    PROBE = "probe"
    WAIT = "wait"


def may_claim(
    rules: Rules, ambiguous: int, in_flight: int, not_before: datetime | None, now: datetime
) -> Go:
    """Whether one more batch of a dispatch may be claimed.

    Args:
        ambiguous: ambiguous answers in a row.
        in_flight: its batches that are claimed or sending; only asked for when ambiguous > 0.
        not_before: when it may be tried again.
    """
    if not_before is not None and now < not_before:
        return Go.WAIT
    if not ambiguous:
        return Go.FULL
    if ambiguous < rules.ambiguous:
        return Go.FULL if ambiguous + in_flight < rules.ambiguous else Go.WAIT
    return Go.WAIT if in_flight else Go.PROBE
