"""A provider that posts events about the mails of a world, signed with a key of its own."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from newsletter.dispatching.marks import mark
from newsletter.feedback.applying import Applied, Applier, apply_posts
from newsletter.feedback.rules import FeedbackRules
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.store.event_posts import keep_post
from newsletter.store.tables import delivery, subscriber, suppression
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import Reception, open_reception
from newsletter.tokens import Signer
from newsletter.transports.sendgrid_events import SendGridEvents
from newsletter.transports.sendgrid_signature import SIGNATURE, TIMESTAMP
from tests.peers_ledger import World

SECRET = "a secret of the site under test"


class Key:
    """A key pair as the provider makes one for its webhook."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> str:
        """As the provider shows it: base64 of DER."""
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(self._private.public_key().public_bytes(*form)).decode()

    def headers(self, body: bytes, timestamp: str = "1764590400") -> dict[str, str]:
        """The headers that prove who posts this body."""
        made = self._private.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        return {SIGNATURE: base64.b64encode(made).decode(), TIMESTAMP: timestamp}


@dataclass
class Provider:
    """Tells what became of a world's mails."""

    world: World
    reception: Reception
    rules: FeedbackRules = field(default_factory=FeedbackRules)
    numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, world: World, site: Any, rules: FeedbackRules | None = None) -> Provider:
        """A provider of that world's mails, and the reception that hears of it."""
        reception = open_reception(world.store, site, Signer([SECRET]), world.clock)
        return cls(world, reception, rules or FeedbackRules())

    def event(self, email: str, word: str, /, **more: Any) -> dict[str, Any]:
        """An event about the latest delivery of a reader, as the vendor writes it."""
        row = self.row(email)
        site_id = self.world.store.site_id
        return {
            "email": email,
            "event": word,
            "timestamp": int(self.world.clock.now().timestamp()),
            "sg_event_id": f"e{next(self.numbers)}",
            "sg_message_id": "m1.filter",
            "nl_delivery": mark(site_id, row.id),
            "nl_attempt": mark(site_id, row.attempt_id),
            **more,
        }

    def post(self, *events: Any, raw: bytes | None = None) -> None:
        """Keep a post, as the webhook does once it is verified."""
        body = orjson.dumps(list(events)) if raw is None else raw
        with self.world.store.write() as connection:
            keep_post(connection, body, self.world.clock.now())

    def tell(self, *events: Any) -> Applied:
        """Post, and apply what is posted."""
        self.post(*events)
        return self.apply()

    def apply(self) -> Applied:
        """Apply what is posted."""
        return apply_posts(Applier(self.reception, SendGridEvents(()), self.rules))

    def row(self, email: str) -> Any:
        """The latest delivery of a reader."""
        with self.world.store.read() as connection:
            return connection.execute(
                select(delivery)
                .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
                .where(subscriber.c.email == email)
                .order_by(delivery.c.id.desc())
                .limit(1)
            ).one()

    def feedback(self, email: str) -> Feedback:
        """What is known of the latest delivery of a reader."""
        found: Feedback = self.row(email).feedback
        return found

    def outcome(self, email: str) -> DeliveryOutcome:
        """What became of the latest delivery of a reader."""
        found: DeliveryOutcome = self.row(email).outcome
        return found

    def suppressed(self, email: str) -> str:
        """Why an address is suppressed; empty when it is not."""
        with self.world.store.read() as connection:
            found = select(suppression.c.reason).where(suppression.c.email == email)
            return connection.execute(found).scalar() or ""

    def status(self, email: str) -> Status:
        """What a reader said last."""
        with self.world.store.read() as connection:
            found = select(subscriber.c.status).where(subscriber.c.email == email)
            return connection.execute(found).scalar_one()

    def rows(self, table: Any, *where: Any) -> Sequence[Any]:
        """Rows of a table."""
        with self.world.store.read() as connection:
            return connection.execute(select(table).where(*where)).all()
