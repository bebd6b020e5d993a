"""The tables, one module a subject; migrations make them (`newsletter/store/migrations`)."""

from newsletter.store.tables.approvals import approval, approval_picture, picture, rendition
from newsletter.store.tables.base import metadata
from newsletter.store.tables.deliveries import delivery
from newsletter.store.tables.ledger import attempt, batch, decision, dispatch, lane, wave, wave_zone
from newsletter.store.tables.site import identity, site, throttle, tick
from newsletter.store.tables.subscribers import interest, subscriber, subscriber_tag, suppression

__all__ = [
    "approval",
    "approval_picture",
    "attempt",
    "batch",
    "decision",
    "delivery",
    "dispatch",
    "identity",
    "interest",
    "lane",
    "metadata",
    "picture",
    "rendition",
    "site",
    "subscriber",
    "subscriber_tag",
    "suppression",
    "throttle",
    "tick",
    "wave",
    "wave_zone",
]
