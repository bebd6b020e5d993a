"""Send the program's own mails: one reader a call, within seconds, before any issue.

The queue in the database is the truth. `sending` is committed before a socket opens, a mail of
unknown fate is never sent again (the reader may ask again), and after a 429 everyone waits.
There is no other throttle: these are mails that somebody is waiting for.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection

from newsletter.dispatching.desk import goes_on
from newsletter.errors import NewsletterError
from newsletter.model.consent import MailName, MailState
from newsletter.model.rendition import PictureFile
from newsletter.model.transport import Answer, Batch, Outcome, Receipt, Recipient, Transport
from newsletter.rendering.merge import values_for
from newsletter.rendering.system_letter import system_letter
from newsletter.rendering.system_mail import LatestIssue, MailForm, print_mail
from newsletter.store.mail_queue import (
    MailEnd,
    QueuedMail,
    claim_mail,
    end_try,
    give_up_dead,
    hold_all,
)
from newsletter.store.mailed import latest_sent
from newsletter.store.readers import Reader, find_reader
from newsletter.store.tables import picture
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import insert_or_ignore
from newsletter.subscribing.reception import Reception

_log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
_KEPT_FOR = timedelta(minutes=1)  # a changed template shows after that
_SOONEST_RETRY = timedelta(seconds=10)
_LATEST_RETRY = timedelta(minutes=10)
_AFTER_429 = timedelta(seconds=60)  # when the provider does not say
_NOTHING_LEFT_US = (Answer.RATE_LIMITED, Answer.UNREACHABLE, Answer.KEY_REFUSED)
_STATE_OF = {
    Outcome.ACCEPTED: MailState.SENT,
    Outcome.REJECTED: MailState.REJECTED,
    Outcome.UNKNOWN: MailState.UNKNOWN,
}


@dataclass
class Postroom:
    """Sends what is queued; keep one a process, for it keeps what it printed.

    `deliver` may run in several threads and processes at once.

    Attributes:
        stopping: whether the process was asked to end; asked between two mails.
    """

    reception: Reception
    transport: Transport
    stopping: Callable[[], bool] = goes_on
    _printed: dict[MailName, tuple[datetime, MailForm]] = field(default_factory=dict)
    _printing: Lock = field(default_factory=Lock)

    def deliver(self, most: int = MOST_AT_ONCE) -> Counter[MailState]:
        """Send what may go now, oldest first.

        Args:
            most: stop after that many, so that a tick ends.

        Returns:
            How many ended in which state; QUEUED ones wait for another try.
        """
        done: Counter[MailState] = Counter()
        with self.reception.store.write() as connection:
            done[MailState.UNKNOWN] = give_up_dead(connection, self.reception.now)
        for _ in range(most):
            state = None if self.stopping() else self._deliver_one()
            if state is None:
                break
            done[state] += 1
        return +done

    def _deliver_one(self) -> MailState | None:
        with self.reception.store.write() as connection:
            now = self.reception.now
            mail = claim_mail(connection, now)
            if mail is None:
                return None
            reader = find_reader(connection, mail.subscriber)
            if reason := _no_use(mail, reader, now):
                end_try(connection, mail.id, MailEnd(MailState.REJECTED, reason=reason), now)
                return MailState.REJECTED
        assert reader is not None
        end = self._try(mail, reader)
        with self.reception.store.write() as connection:
            end_try(connection, mail.id, end, self.reception.now)
            if end.holds_all and end.not_before is not None:
                hold_all(connection, end.not_before, end.reason)
        hidden = self.reception.hashes.for_log(mail.address)
        _log.info("%s to %s: %s %s", mail.name, hidden, end.state, end.reason)
        return end.state

    def _try(self, mail: QueuedMail, reader: Reader) -> MailEnd:
        try:
            batch = self._batch(mail, reader)
        except NewsletterError as problem:  # a template in the making: nothing left us
            later = self.reception.now + _backoff(mail.tries)
            return MailEnd(MailState.QUEUED, reason=str(problem), not_before=later)
        receipt = self.transport.send(batch)
        return _end_of(receipt, self.reception.now, mail.tries)

    def _batch(self, mail: QueuedMail, reader: Reader) -> Batch:
        made = self._form(mail.name).rendition
        site = self.reception.site
        letter = system_letter(site, made, mail.name.value)
        number = f"{self.reception.store.site_id}-m{mail.id:x}"
        recipient = Recipient(
            delivery=number,
            email=mail.address,
            name="",
            values=values_for(made.merge_tags, self._values(mail, reader)),
            unsubscribe=self._leaving(mail),
        )
        return Batch(letter, f"{number}-{mail.tries}", (recipient,))

    def _values(self, mail: QueuedMail, reader: Reader) -> dict[str, str]:
        """What this mail may hold, and no more: see `rendering.system_mail.OFFERS`."""
        links = self.reception.links
        match mail.name:
            case MailName.CONFIRM:
                return {"link.confirm": links.confirm(mail.subscriber, mail.about)}
            case MailName.FRESH_LINK:
                return {"link.fresh": links.fresh(mail.subscriber, mail.about)}
            case MailName.ADDRESS_CHANGE:
                link = links.address_change(mail.subscriber, mail.about)
                return {"link.address_change": link}
            case MailName.GOODBYE:
                return {"link.undo": links.undo(mail.subscriber, mail.about)}
        return {
            "subscriber.first_name": reader.first_name,
            "link.preferences": links.preferences(mail.subscriber),
            "link.unsubscribe": links.unsubscribe(mail.subscriber),
        }

    def _leaving(self, mail: QueuedMail) -> str:
        """Only who is on the list can leave it: a confirmation has no List-Unsubscribe."""
        on_the_list = mail.name in (MailName.WELCOME, MailName.PREFERENCES_LINK)
        return self.reception.links.unsubscribe(mail.subscriber) if on_the_list else ""

    def _form(self, name: MailName) -> MailForm:
        now = self.reception.now
        with self._printing:
            kept = self._printed.get(name)
            if kept and now - kept[0] < _KEPT_FOR:
                return kept[1]
            form = print_mail(self.reception.site, name, self._latest())
            self._serve(form.pictures)
            self._printed[name] = now, form
            return form

    def _latest(self) -> LatestIssue | None:
        with self.reception.store.read() as connection:
            row = latest_sent(connection)
        base = self.reception.site.public_url
        return LatestIssue(row.subject, f"{base}/archive/{row.slug}") if row else None

    def _serve(self, pictures: tuple[PictureFile, ...]) -> None:
        with self.reception.store.write() as connection:
            for each in pictures:
                _keep(connection, each)


def _keep(connection: Connection, file: PictureFile) -> None:
    row = {
        "sha256": file.sha256,
        "extension": file.extension,
        "width": file.width,
        "height": file.height,
        "data": file.data,
    }
    insert_or_ignore(connection, picture, row)


def _no_use(mail: QueuedMail, reader: Reader | None, now: datetime) -> str:
    """Why a mail is not worth sending any more; empty when it is."""
    if reader is None or reader.status is Status.ERASED or not mail.address:
        return "erased before it was sent"
    if mail.expires_at <= now:
        return "what it offers ended before it could be sent"
    return ""


def _end_of(receipt: Receipt, now: datetime, tries: int) -> MailEnd:
    """One reader's receipt as the end of a try."""
    outcome = receipt.outcomes[0]
    words = receipt.reasons.get(0, receipt.reason)
    if outcome is not Outcome.UNTOUCHED:
        return MailEnd(_STATE_OF[outcome], receipt.status, receipt.message_id, words)
    if receipt.answer not in (*_NOTHING_LEFT_US, Answer.PARTLY):
        return MailEnd(MailState.REJECTED, receipt.status, receipt.message_id, words)
    everyone = receipt.answer is Answer.RATE_LIMITED
    later = receipt.not_before or now + (_AFTER_429 if everyone else _backoff(tries))
    return MailEnd(MailState.QUEUED, receipt.status, "", words, later, everyone)


def _backoff(tries: int) -> timedelta:
    longest: timedelta = min(_SOONEST_RETRY * 2 ** min(tries - 1, 10), _LATEST_RETRY)
    return longest
