"""Whatever was lost on the way: afterwards our ledger and the provider's truth are the same.

Calls are reset after they were taken and before they were read, a sender is killed in the
middle, and events come doubled, shuffled and late through the real webhook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.bootstrap import App, SystemClock
from newsletter.config import load_settings
from newsletter.dispatching.control import resume
from newsletter.dispatching.owners import HostRoster
from newsletter.dispatching.resolving import resolve
from newsletter.feedback.applying import Applied, Applier, apply_posts
from newsletter.feedback.calls import AskingRules
from newsletter.feedback.reconciling import Reconciled, Reconciler, reconcile
from newsletter.model.ledger import DeliveryOutcome, DispatchState, Feedback, Resolution
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store, open_store
from newsletter.store.tables import delivery, event_post, evidence, subscriber, suppression
from newsletter.subscribing import Reception, open_reception
from newsletter.tokens import Signer
from newsletter.transports.sendgrid_events import SendGridEvents
from newsletter.transports.sendgrid_log import SendGridLog
from newsletter.web.public.serving import public_server
from newsletter.web.public.webhooks import PATH
from tests.databases import FINGERPRINT
from tests.factories import write_site
from tests.faults.inside import inside
from tests.faults.processes import Sender, Senders, wait_until
from tests.faults.promises import call, require_promises, set_faults
from tests.faults.sender import ISSUE
from tests.faults.staging import begin_world, forbidden_steps, prepare_issue
from tests.peers_ledger import SettableClock

_O = DeliveryOutcome
DAY = timedelta(hours=24)
FAULTS = ("reset_after_accept:0.02", "reset_before:0.02")
EVENTS = (
    *("bounce:0.03", "blocked:0.02", "late_bounce:0.01", "deferred:0.1"),
    *("open:0.3", "machine_open:0.2", "click:0.1", "scanner:0.05", "spamreport:0.04"),
    *("double:0.3", "shuffle:0.8:0.5", "late:0.05:1"),
)
# What the vendor's word says of a delivery; the last of these that happened wins.
FEEDBACK = {
    "deferred": Feedback.DEFERRED,
    "delivered": Feedback.DELIVERED,
    "blocked": Feedback.BOUNCED,
    "bounce": Feedback.BOUNCED,
    "dropped": Feedback.DROPPED,
}


class Office:
    """The site beside its senders: its webhook, and whoever asks the provider."""

    def __init__(self, root: Path, database: str, sandbox: RunningSandbox) -> None:
        self.clock = SettableClock(datetime.now(UTC))
        self.store = open_store(database, secret_fingerprint=FINGERPRINT, clock=self.clock)
        self.sandbox = sandbox
        self.root = root
        self.log = SendGridLog("a-key", sandbox.url, clock=self.clock)

    @property
    def reception(self) -> Reception:
        site = self._app.site
        return open_reception(self.store, site, Signer(["k" * 32]), self.clock)

    @property
    def _app(self) -> App:
        environ = {
            "SENDGRID_WEBHOOK_KEYS": self.sandbox.events_key,
            "NEWSLETTER_SECRET_KEYS": "k" * 32,
        }
        return App(load_settings(self.root, environ), SystemClock())

    def listening(self) -> Iterator[str]:
        """Serve the real webhook; yields its address."""
        with public_server(self._app, self.store) as served:
            yield f"{served.url}{PATH}"

    def take_events(self) -> Applied:
        """Wait until the sandbox has told everything, and apply it."""
        wait_until(lambda: call(self.sandbox, "GET", "events")["waiting"] == 0, 300)
        applier = Applier(self.reception, SendGridEvents((self.sandbox.events_key,)))
        done = Applied()
        while self._posts_wait():
            done += apply_posts(applier, most=1_000_000)
            assert done.problems == ()
        return done

    def ask(self) -> Reconciled:
        """One run of asking, at any pace."""
        rules = AskingRules(calls_per_minute=100_000)
        with inside(self.store, self.clock, self.sandbox) as made:
            return reconcile(Reconciler(made.desk, self.log, self.reception, rules))

    def send_again(self) -> int:
        """A person's decision about whoever is proposed absent, and its sending."""
        with inside(self.store, self.clock, self.sandbox) as made:
            made.step(timedelta(0))
            again = Resolution.SEND_AGAIN
            desk = replace(made.desk, roster=HostRoster())  # knows who was killed
            decided = resolve(desk, ISSUE, again, by="Ada", only_absent=True)
            assert made.run() == "sent"
        return decided

    def _posts_wait(self) -> bool:
        with self.store.read() as connection:
            return connection.execute(select(event_post.c.id).limit(1)).first() is not None


@pytest.fixture
def office(database_url: str, sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Office]:
    made = Office(write_site(tmp_path / "site"), database_url, sandbox)
    yield made
    made.store.close()


@pytest.fixture
def webhook(office: Office) -> Iterator[str]:
    yield from office.listening()


READERS = [
    pytest.param(400, id="short"),
    pytest.param(100_000, id="long", marks=pytest.mark.long),
]


@pytest.mark.parametrize("readers", READERS)
def test_told_by_events(
    now_store: Store,
    office: Office,
    webhook: str,
    sandbox: RunningSandbox,
    sending: Senders,
    readers: int,
) -> None:
    """Events settle all that was taken; the rest is absent, and after send-again taken once."""
    call(sandbox, "PUT", "events", {"url": webhook, "events": list(EVENTS), "seed": readers})
    emails = _send_through_faults(now_store, sandbox, sending, readers)

    office.take_events()
    _require_unknown_is_untaken(now_store, sandbox)
    _require_the_rest_is_sent_once(now_store, office, emails)
    office.take_events()
    _require_truth(now_store, sandbox)


def test_told_by_the_log(
    now_store: Store, office: Office, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Without a single event the provider's log settles the same."""
    emails = _send_through_faults(now_store, sandbox, sending, 200)
    office.clock.move(timedelta(minutes=10))

    office.ask()

    _require_unknown_is_untaken(now_store, sandbox)
    _require_the_rest_is_sent_once(now_store, office, emails)


def _send_through_faults(
    store: Store, sandbox: RunningSandbox, sending: Senders, readers: int
) -> list[str]:
    """An issue goes out in spite of everything, and some readers are unknown at its end."""
    emails = prepare_issue(store, readers)
    most = 10 if readers < 10_000 else 500
    set_faults(sandbox, *FAULTS, seed=11)
    for point, nth in (("after_answer", readers // most // 4), ("before_socket", 3)):
        while not _ended(sending.start(crash=point, nth=nth, most=most)).was_killed():
            _go_on(store)
    while _ended(sending.start(most=most)).result()["state"] == "paused":
        _go_on(store)
    set_faults(sandbox)
    taken = call(sandbox, "GET", "recipients")
    unknown = _unknown(store)
    assert unknown & taken.keys(), "the faults have left nobody taken and unknown"
    assert unknown - taken.keys(), "the faults have left nobody untaken and unknown"
    return emails


def _ended(sender: Sender) -> Sender:
    """The same, once its process has ended; a hundred thousand readers take a while."""
    sender.process.join(600)
    return sender


def _go_on(store: Store) -> None:
    """A person resumes what paused itself after too many lost calls."""
    of = begin_world(store).status().dispatch
    assert of.state is DispatchState.PAUSED, of.reason
    resume(store, of.id, by="Ada")


def _require_unknown_is_untaken(store: Store, sandbox: RunningSandbox) -> None:
    """Evidence has settled exactly those whom the provider has."""
    taken = call(sandbox, "GET", "recipients")
    unknown = _unknown(store)
    assert unknown
    assert not unknown & taken.keys()
    with store.read() as connection:
        assert connection.execute(select(evidence.c.id).limit(1)).first() is not None


def _require_the_rest_is_sent_once(store: Store, office: Office, emails: list[str]) -> None:
    """A day later all others are proposed absent; a person's word, and each gets it once."""
    unknown = len(_unknown(store))
    office.clock.move(DAY)
    done = office.ask()
    while done.proposed < done.unknown:  # the first look is not the last
        office.clock.move(timedelta(minutes=1))
        done = office.ask()
    assert (done.unknown, done.proposed) == (unknown, unknown)

    assert office.send_again() == unknown

    ending = require_promises(store, office.sandbox, emails)
    assert ending.count(_O.ACCEPTED) == len(emails)
    assert forbidden_steps(store) == []


def _require_truth(store: Store, sandbox: RunningSandbox) -> None:
    """Each reader's feedback and suppression are what happened to their mail."""
    truth = {line.email: line.words for line in sandbox.truth()}
    with store.read() as connection:
        rows = connection.execute(
            select(subscriber.c.email, subscriber.c.status, delivery.c.feedback).join(
                delivery, delivery.c.subscriber_id == subscriber.c.id
            )
        ).all()
        reasons = dict(connection.execute(select(suppression.c.email, suppression.c.reason)).all())
    expected = {email: _feedback(words) for email, words in truth.items()}
    assert {row.email: row.feedback for row in rows} == expected
    told = {email: _reason(words) for email, words in truth.items() if _reason(words)}
    assert reasons == told
    assert len(Counter(told.values())) == 2
    left = {row.email for row in rows if row.status == "unsubscribed"}
    assert left == {email for email, reason in told.items() if reason == "complaint"}


def _feedback(words: tuple[str, ...]) -> Feedback:
    found = [feedback for word, feedback in FEEDBACK.items() if word in words]
    return found[-1] if found else Feedback.NONE


def _reason(words: tuple[str, ...]) -> str:
    if "spamreport" in words:
        return "complaint"
    return "bounce" if "bounce" in words else ""


def _unknown(store: Store) -> set[str]:
    with store.read() as connection:
        return set(
            connection.scalars(
                select(subscriber.c.email)
                .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
                .where(delivery.c.outcome == _O.UNKNOWN)
            )
        )
