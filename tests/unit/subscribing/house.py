"""A whole house of subscribing: reception, postroom, a mailbox at the other end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from limits import RateLimitItemPerSecond
from sqlalchemy import func, select

from newsletter.model.consent import FormEvidence, MailState
from newsletter.model.rendition import Mail
from newsletter.model.site import Site
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.store import Store
from newsletter.store.tables import subscriber
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import (
    Postroom,
    Reception,
    RequestLimits,
    SignUp,
    Wishes,
    confirm,
    open_reception,
    sign_up,
)
from newsletter.tokens import Signer
from tests.peers_ledger import SettableClock

SECRET = "a secret of the site under test"
ANN = "ann@example.com"
WORDS = "Yes, send me letters. I can leave with one click."
EVIDENCE = FormEvidence("sign-up", "3", WORDS, "203.0.113.77", "Browser/1.0")
NEVER = RateLimitItemPerSecond(1_000_000)


@dataclass
class Mailbox:
    """A transport that keeps what it is given; `answer` may say something else than yes."""

    batches: list[Batch] = field(default_factory=list)
    answer: Callable[[Batch], Receipt] | None = None

    @property
    def most(self) -> int:
        """Readers a call may carry."""
        return 1_000

    def send(self, batch: Batch) -> Receipt:
        """Take a batch."""
        self.batches.append(batch)
        if self.answer is not None:
            return self.answer(batch)
        return Receipt(Answer.ACCEPTED, (Outcome.ACCEPTED,) * len(batch.recipients), "m1", 202)

    def close(self) -> None:
        """Nothing is open."""

    def mails(self, to: str = ANN) -> list[Mail]:
        """What went to an address, every value in its place."""
        mine = [b for b in self.batches if b.recipients[0].email == to]
        return [_filled(batch) for batch in mine]


@dataclass
class House:
    """Everything a test of subscribing needs."""

    reception: Reception
    postroom: Postroom
    mailbox: Mailbox
    clock: SettableClock

    def deliver(self) -> dict[MailState, int]:
        """Send what is queued."""
        return dict(self.postroom.deliver())

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.clock.move(timedelta(**span))

    def mark(self, page: str, to: str = ANN) -> str:
        """The mark in the last link to a page that was mailed to an address."""
        text = self.mailbox.mails(to)[-1].text
        return re.findall(rf"/{page}/([\w-]{{44}})", text)[-1]

    def sign_up(self, email: str = ANN, wishes: Wishes | None = None) -> str:
        """Fill in the form and open the mail; returns the mark of its confirmation link."""
        sign_up(self.reception, SignUp(email, wishes or Wishes()), EVIDENCE)
        self.deliver()
        return self.mark("confirm", email)

    def join(self, email: str = ANN, wishes: Wishes | None = None) -> int:
        """The whole double opt-in; returns the reader's id."""
        confirm(self.reception, self.sign_up(email, wishes), EVIDENCE)
        self.deliver()
        self.wait(minutes=11)
        return self.reader(email)

    def reader(self, email: str = ANN) -> int:
        """The id of the reader with that address."""
        with self.reception.store.read() as connection:
            found = select(subscriber.c.id).where(subscriber.c.email == email)
            return int(connection.execute(found).scalar_one())

    def status(self, email: str = ANN) -> Status | None:
        """What the reader with that address said last."""
        with self.reception.store.read() as connection:
            found = select(subscriber.c.status).where(subscriber.c.email == email)
            return connection.execute(found).scalar()

    def count(self, table: object) -> int:
        """How many rows a table has."""
        with self.reception.store.read() as connection:
            counted = select(func.count()).select_from(table)  # type: ignore[arg-type]
            return int(connection.execute(counted).scalar_one())


def make_house(store: Store, site: Site, clock: SettableClock) -> House:
    """A house whose limits by place are out of the way."""
    limits = RequestLimits(by_place=(NEVER,), in_all=(NEVER,))
    reception = open_reception(store, site, Signer([SECRET]), clock, limits=limits)
    mailbox = Mailbox()
    return House(reception, Postroom(reception, mailbox), mailbox, clock)


def _filled(batch: Batch) -> Mail:
    subject, html, text = batch.letter.subject, batch.letter.html, batch.letter.text
    values = batch.recipients[0].values
    for tag, value in zip(batch.letter.merge_tags, values, strict=True):
        subject = subject.replace(tag.token, value)
        html, text = html.replace(tag.token, value), text.replace(tag.token, value)
    return Mail(subject, html, text)
