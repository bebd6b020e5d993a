"""The tables, one module a subject; migrations make them (`newsletter/store/migrations`)."""

from newsletter.store.tables.approvals import approval, approval_picture, picture, rendition
from newsletter.store.tables.base import metadata
from newsletter.store.tables.consents import (
    closed_address,
    consent,
    mail_allowance,
    request,
    wording,
)
from newsletter.store.tables.deliveries import delivery
from newsletter.store.tables.ledger import attempt, batch, decision, dispatch, lane, wave, wave_zone
from newsletter.store.tables.site import identity, site, throttle, tick
from newsletter.store.tables.subscribers import interest, subscriber, subscriber_tag, suppression
from newsletter.store.tables.system_mail import system_mail

__all__ = [
    "approval",
    "approval_picture",
    "attempt",
    "batch",
    "closed_address",
    "consent",
    "decision",
    "delivery",
    "dispatch",
    "identity",
    "interest",
    "lane",
    "mail_allowance",
    "metadata",
    "picture",
    "rendition",
    "request",
    "site",
    "subscriber",
    "subscriber_tag",
    "suppression",
    "system_mail",
    "throttle",
    "tick",
    "wave",
    "wave_zone",
    "wording",
]
