"""The tables, one module a subject; migrations make them (`newsletter/store/migrations`)."""

from newsletter.store.tables.accounts import (
    audit,
    one_time_link,
    person,
    sign_in_tries,
    studio_session,
)
from newsletter.store.tables.approvals import approval, approval_picture, picture, rendition
from newsletter.store.tables.base import metadata
from newsletter.store.tables.brakes import brake
from newsletter.store.tables.consents import (
    closed_address,
    consent,
    mail_allowance,
    request,
    wording,
)
from newsletter.store.tables.deliveries import delivery
from newsletter.store.tables.events import (
    approval_link,
    asked,
    delivery_event,
    engagement,
    event_post,
    evidence,
    link,
    malformed_event,
)
from newsletter.store.tables.ledger import attempt, batch, decision, dispatch, lane, wave, wave_zone
from newsletter.store.tables.lists import list_import, list_piece
from newsletter.store.tables.notices import notice, notice_read, telling
from newsletter.store.tables.reviews import approver, personal_link, preview_comment, test_group
from newsletter.store.tables.site import identity, site, throttle, tick
from newsletter.store.tables.subscribers import interest, subscriber, subscriber_tag, suppression
from newsletter.store.tables.system_mail import system_mail

__all__ = [
    "approval",
    "approval_link",
    "approval_picture",
    "approver",
    "asked",
    "attempt",
    "audit",
    "batch",
    "brake",
    "closed_address",
    "consent",
    "decision",
    "delivery",
    "delivery_event",
    "dispatch",
    "engagement",
    "event_post",
    "evidence",
    "identity",
    "interest",
    "lane",
    "link",
    "list_import",
    "list_piece",
    "mail_allowance",
    "malformed_event",
    "metadata",
    "notice",
    "notice_read",
    "one_time_link",
    "person",
    "personal_link",
    "picture",
    "preview_comment",
    "rendition",
    "request",
    "sign_in_tries",
    "site",
    "studio_session",
    "subscriber",
    "subscriber_tag",
    "suppression",
    "system_mail",
    "telling",
    "test_group",
    "throttle",
    "tick",
    "wave",
    "wave_zone",
    "wording",
]
