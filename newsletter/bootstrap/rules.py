"""The numbers that use cases work by, out of settings."""

from __future__ import annotations

from datetime import timedelta

from newsletter.config import Settings
from newsletter.dispatching.rules import Rules
from newsletter.feedback.calls import AskingRules
from newsletter.feedback.rules import Engagement, FeedbackRules


def dispatch_rules(settings: Settings) -> Rules:
    """What the ledger works by."""
    chosen = settings.site.dispatch
    return Rules(
        late_limit=timedelta(hours=chosen.late_limit),
        readers_per_hour=chosen.readers_per_hour,
        warm_up=chosen.warm_up,
        site_zone=chosen.timezone,
    )


def feedback_rules(settings: Settings) -> FeedbackRules:
    """What events lead to."""
    chosen = settings.feedback
    return FeedbackRules(
        soft_bounces=chosen.soft_bounces,
        soft_bounce_span=timedelta(days=chosen.soft_bounce_days),
        engagement=Engagement(chosen.engagement),
    )


def asking_rules(settings: Settings) -> AskingRules:
    """How the provider's log is asked."""
    chosen = settings.feedback
    return AskingRules(
        resend_absent=chosen.resend_absent, calls_per_minute=chosen.log_calls_per_minute
    )
