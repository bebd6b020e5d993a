"""What a site chose about feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Engagement(StrEnum):
    """How much is kept of who opens and clicks."""

    OFF = "off"  # nothing, and the provider is asked to follow nothing
    TOTALS = "totals"  # under a pseudonym that nobody can turn back
    PERSONAL = "personal"  # under the delivery, and so the reader


@dataclass(frozen=True, slots=True)
class FeedbackRules:
    """When an address is not mailed any more, and what is kept of readers.

    Attributes:
        soft_bounces: so many letters of one reader refused within `soft_bounce_span` suppress
            the address; 0 means never.
    """

    soft_bounces: int = 5
    soft_bounce_span: timedelta = timedelta(days=30)
    engagement: Engagement = Engagement.TOTALS
