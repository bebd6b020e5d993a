"""Asking the provider about readers of whom nobody knows, against a sandbox, on both databases."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.restoring import OWNER as SUPPOSED
from newsletter.dispatching.unknown import list_unknown
from newsletter.errors import LedgerError
from newsletter.feedback.calls import AskingRules
from newsletter.feedback.evidence import Proof, settle_by_evidence
from newsletter.feedback.reconciling import Reconciled, Reconciler, reconcile
from newsletter.model.consent import MailName, MailState, RequestKind, SuppressionReason
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import Resolution
from newsletter.model.site import Site
from newsletter.sandbox import RunningSandbox, SandboxOptions, serve
from newsletter.store import Store
from newsletter.store.consents import NOTHING_SHOWN
from newsletter.store.mail_queue import queue_mail
from newsletter.store.readers import reader_at
from newsletter.store.requests import open_request
from newsletter.store.tables import (
    asked,
    attempt,
    consent,
    delivery,
    dispatch,
    evidence,
    subscriber,
    suppression,
    system_mail,
)
from newsletter.subscribing import Reception, open_reception
from newsletter.subscribing.moving import Move, move
from newsletter.subscribing.own_data import erase_address
from newsletter.tokens import Purpose, Signer
from newsletter.transports.sendgrid_log import SendGridLog
from tests.databases import *  # noqa: F403
from tests.factories import make_site
from tests.faults.inside import Inside, inside
from tests.faults.promises import call, script
from tests.faults.sender import make_rules
from tests.peers_ledger import SettableClock

MINUTES_6, HOUR, DAY = timedelta(minutes=6), timedelta(hours=1), timedelta(hours=24)
QUICK = AskingRules(calls_per_minute=1_000)
ANN, BEN = "r00000@reader.test", "r00001@reader.test"


@pytest.fixture
def clock() -> SettableClock:
    """Begins now, because the sandbox lives in the real world's time."""
    return SettableClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def served() -> Iterator[RunningSandbox]:
    with serve(options=SandboxOptions(keep="counts")) as running:
        yield running


@pytest.fixture
def sandbox(served: RunningSandbox) -> RunningSandbox:
    call(served, "DELETE", "messages")
    call(served, "DELETE", "faults")
    call(served, "PUT", "logs", {})
    return served


@pytest.fixture
def office(
    store: Store, clock: SettableClock, sandbox: RunningSandbox, site: Site
) -> Iterator[Office]:
    with inside(store, clock, sandbox, make_rules(10)) as made:
        yield Office(
            made, sandbox, open_reception(store, site, Signer(["a secret of the site"]), clock)
        )


class Office:
    """A dispatcher towards a sandbox, and whoever asks that sandbox afterwards."""

    def __init__(self, made: Inside, sandbox: RunningSandbox, reception: Reception) -> None:
        self.inside = made
        self.world, self.desk, self.clock = made.world, made.desk, made.clock
        self.store = made.world.store
        self.sandbox = sandbox
        self.reception = reception
        self.calls = 0

    def send(self, *faults: str, readers: int = 7) -> None:
        """An issue goes out while these things happen to its calls."""
        self.world.readers(readers)
        self.world.schedule(self.world.approve())
        script(self.sandbox, *faults)
        self.inside.run()

    def ask(self, rules: AskingRules = QUICK, issue: int | None = None) -> Reconciled:
        """One run."""
        log = SendGridLog("a-key", self.sandbox.url, clock=self.clock)
        done = reconcile(Reconciler(self.desk, log, self.reception, rules), issue)
        self.calls += done.calls
        return done

    def ask_for(self, span: timedelta, rules: AskingRules = QUICK) -> Reconciled:
        """Runs, every two hours and at the end; a scheduler ticks meanwhile."""
        done, end = self.ask(rules), self.clock.now() + span
        while (left := end - self.clock.now()) > timedelta(0):
            self.inside.step(min(left, 2 * HOUR))
            done = self.ask(rules)
        return done

    def kinds(self) -> list[EvidenceKind]:
        """The evidence there is."""
        with self.store.read() as connection:
            return list(connection.scalars(select(evidence.c.kind).order_by(evidence.c.id)))


def test_a_call_that_was_taken_is_found(office: Office) -> None:
    """One reader's mail in the log settles the whole call, by two questions."""
    office.send("reset_after_accept")
    assert office.world.outcomes() == {"unknown": 7}
    office.clock.move(MINUTES_6)

    done = office.ask()

    assert (done.calls, done.settled.accepted, done.unknown) == (2, 7, 0)
    assert office.world.outcomes() == {"accepted": 7}
    assert office.kinds() == [EvidenceKind.LOG] * 7
    assert office.ask().calls == 0


def test_nothing_is_asked_without_need(office: Office) -> None:
    """Without unknown readers, and within the wait after a call, the log is left in peace."""
    office.send("reset_after_accept")

    assert office.ask().calls == 0
    office.clock.move(MINUTES_6)
    office.ask()
    assert office.ask_for(DAY).calls == 0


def test_a_call_that_was_not_taken_is_proposed_absent(office: Office) -> None:
    """After a day, and three readers looked for in vain; it stays unknown until it is decided."""
    office.send("reset_before")
    assert office.ask_for(timedelta(hours=23)).proposed == 0

    done = office.ask_for(timedelta(hours=2))

    assert (done.unknown, done.proposed) == (7, 7)
    assert office.world.outcomes() == {"unknown": 7}
    (told,) = list_unknown(office.desk, 12)
    assert (told.readers, told.absent) == (7, 7)
    asked_until_then = office.calls
    assert asked_until_then < 12  # each time the call has become twice as old, and three at last
    office.ask_for(DAY)
    assert office.calls == asked_until_then


def test_absent_readers_are_sent_again_once(office: Office) -> None:
    """Send again for those proposed absent mails exactly them, and each once."""
    office.send("reset_before", "reset_after_accept", readers=15)
    office.clock.move(MINUTES_6)
    found = office.ask().settled.accepted
    office.ask_for(DAY)

    again = resolve(office.desk, 12, Resolution.SEND_AGAIN, by="Ada", only_absent=True)
    assert {found, again} == {5, 10}
    assert office.inside.run() == "sent"

    assert office.world.outcomes() == {"accepted": 15}
    assert set(call(office.sandbox, "GET", "recipients").values()) == {1}


def test_only_the_absent_are_decided_about(office: Office) -> None:
    """Whoever is unknown and not proposed absent is left alone."""
    office.send("reset_before")
    office.clock.move(2 * HOUR)

    assert resolve(office.desk, 12, Resolution.SEND_AGAIN, by="Ada", only_absent=True) == 0
    assert resolve(office.desk, 12, Resolution.ASSUME_SENT, by="Ada", only_absent=True) == 0
    assert office.world.outcomes() == {"unknown": 7}


def test_a_site_may_decide_once_for_all(office: Office) -> None:
    """With resend_absent whoever is proposed absent waits to be sent, and gets it once."""
    rules = AskingRules(calls_per_minute=1_000, resend_absent=True)
    office.send("reset_before")

    done = office.ask_for(DAY, rules)

    assert (done.resent, done.unknown) == (7, 0)
    assert office.world.outcomes() == {"queued": 7}
    assert office.inside.run() == "sent"
    assert office.world.outcomes() == {"accepted": 7}
    assert set(call(office.sandbox, "GET", "recipients").values()) == {1}


def test_a_dispatch_that_was_cancelled_is_not_sent_again(office: Office) -> None:
    """The opt-in says why it can not, and changes nothing."""
    office.send("reset_before")
    office.ask_for(DAY)
    with office.store.write() as connection:
        connection.execute(update(dispatch).values(state="cancelled"))

    done = office.ask(AskingRules(resend_absent=True))

    assert done.resent == 0
    assert "was cancelled" in done.problems[0]
    with pytest.raises(LedgerError, match="cancelled"):
        resolve(office.desk, 12, Resolution.SEND_AGAIN, by="Ada", only_absent=True)


def test_one_proved_reader_proves_the_call(office: Office) -> None:
    """What an event has proved of one reader settles the others without asking anybody."""
    office.send("reset_after_accept")
    with office.store.write() as connection:
        row = connection.execute(select(delivery.c.id, delivery.c.attempt_id).limit(1)).one()
        proof = Proof(row.id, row.attempt_id, EvidenceKind.EVENT, "e1", office.clock.now())
        assert settle_by_evidence(connection, [proof]).accepted == 1

    done = office.ask()

    assert (done.calls, done.settled.accepted) == (0, 6)
    assert office.world.outcomes() == {"accepted": 7}


def test_who_was_erased_is_not_looked_for(office: Office) -> None:
    """Their address is gone, so the log can say nothing of them: another one proves the call."""
    office.send("reset_after_accept", readers=10)
    for at in range(1, 10):
        assert erase_address(office.reception, f"r{at:05}@reader.test", by="Ada")
    office.clock.move(MINUTES_6)

    done = office.ask()

    assert (done.calls, done.settled.accepted) == (2, 10)


def test_a_call_to_the_erased_is_never_proposed_absent(office: Office) -> None:
    """Nobody can be looked for, and not looked for is not absent: a person decides."""
    office.send("reset_after_accept", readers=1)
    assert erase_address(office.reception, ANN, by="Ada")

    done = office.ask_for(DAY + 2 * HOUR)

    assert (office.calls, done.unknown, done.proposed) == (0, 1, 0)
    assert resolve(office.desk, 12, Resolution.ASSUME_SENT, by="Ada") == 1


def test_who_moved_is_looked_for_where_the_mail_went(office: Office) -> None:
    """The log knows the address of that day; the one they have now would seem absent."""
    office.send("reset_after_accept", readers=1)
    office.clock.move(MINUTES_6)
    for new in (BEN, "ann@elsewhere.test"):
        _move(office, new)

    done = office.ask()

    assert (done.calls, done.settled.accepted) == (2, 1)


def test_who_moved_before_is_looked_for_where_they_are(office: Office) -> None:
    """What they had earlier got nothing of this."""
    office.world.readers(1)
    _move(office, BEN)
    office.clock.move(timedelta(seconds=1))
    office.send("reset_after_accept", readers=0)
    office.clock.move(MINUTES_6)

    assert office.ask().settled.accepted == 1


def test_a_supposed_call_is_found_though_it_was_made_just_now(office: Office) -> None:
    """What still ran when a backup was restored sent until a moment ago; clocks differ."""
    office.send("reset_after_accept")
    office.clock.move(-HOUR / 2)  # behind the provider's
    with office.store.write() as connection:
        supposed = {"owner": SUPPOSED, "answer": None, "answered_at": None}
        earlier = office.clock.now() - MINUTES_6
        connection.execute(update(attempt).values(started_at=earlier, **supposed))

    assert office.ask().settled.accepted == 7


def test_mails_of_others_prove_nothing(office: Office) -> None:
    """The same address in the log with another site's marks, or with none, is somebody else's."""
    office.send("reset_before", readers=1)
    for args in ({}, {"nl_delivery": "other-1", "nl_attempt": "other-1"}, {"nl_delivery": "x"}):
        _post_mail(office, ANN, args)
    office.clock.move(MINUTES_6)

    done = office.ask()

    assert (done.calls, done.settled.accepted, done.unknown) == (4, 0, 1)


def test_the_pace_is_kept(office: Office) -> None:
    """Six calls a minute by default, by all processes together; then it says when to go on."""
    office.send(*["reset_after_accept"] * 8, readers=80)
    office.clock.move(MINUTES_6)

    done = office.ask(AskingRules())

    assert (done.calls, done.settled.accepted) == (6, 30)
    assert done.again_at == office.clock.now() + timedelta(seconds=10)
    assert office.ask(AskingRules()).calls == 0
    office.clock.move(timedelta(seconds=20))
    assert office.ask(AskingRules()).calls == 2


def test_a_provider_that_says_later_is_asked_later(office: Office) -> None:
    """A 429 holds all questions until the moment it names."""
    office.send("reset_after_accept")
    office.clock.move(MINUTES_6)
    call(office.sandbox, "PUT", "logs", {"calls_per_minute": 1})

    done = office.ask(issue=12)

    assert "429" in done.problems[0]
    assert done.again_at is not None
    assert office.ask(issue=12).problems == ()
    call(office.sandbox, "PUT", "logs", {})
    office.clock.move(done.again_at - office.clock.now() + timedelta(minutes=1))
    assert office.ask(issue=12).settled.accepted == 7


def test_a_silent_provider_loses_nothing(office: Office) -> None:
    """While the log does not answer nobody becomes absent; afterwards all is found."""
    office.send("reset_after_accept")
    call(office.sandbox, "PUT", "logs", {"failing": 503})
    done = office.ask_for(2 * DAY)

    assert (done.unknown, done.proposed) == (7, 0)
    assert "503" in done.problems[0]

    call(office.sandbox, "PUT", "logs", {})
    office.clock.move(HOUR)
    assert office.ask().settled.accepted == 7


def test_one_issue_can_be_asked_about(office: Office) -> None:
    """Another issue's unknown readers are left alone."""
    office.send("reset_after_accept")
    office.clock.move(MINUTES_6)

    assert office.ask(issue=13).calls == 0
    assert office.ask(issue=12).settled.accepted == 7


def test_what_was_asked_is_forgotten_when_it_is_settled(office: Office) -> None:
    """The table of questions does not grow with every reader who was ever unknown."""
    office.send("reset_before")
    office.ask_for(DAY)
    with office.store.write() as connection:
        ids = list(connection.scalars(select(delivery.c.id)))
        tried = connection.execute(select(attempt.c.id)).scalar_one()
        now = office.clock.now()
        settle_by_evidence(connection, [Proof(ids[0], tried, EvidenceKind.EVENT, "e1", now)])
    assert office.ask().settled.accepted == 6

    with office.store.read() as connection:
        left = list(connection.scalars(select(asked.c.what).where(asked.c.what.like("delivery%"))))
    assert len(left) <= 1


def test_a_mail_of_the_program_is_found(office: Office) -> None:
    """A confirmation nobody knew the end of is sent, once the log has it."""
    mark = _unknown_mail(office)
    _post_mail(office, ANN, {"nl_mail": f"{mark}0"})
    _post_mail(office, ANN, {"nl_mail": mark})

    assert office.ask().mails == 0
    office.clock.move(MINUTES_6)
    assert office.ask().mails == 1

    with office.store.read() as connection:
        row = connection.execute(select(system_mail.c.state, system_mail.c.reason)).one()
    assert row.state is MailState.SENT
    assert "in the log" in row.reason


def test_a_mail_of_the_program_that_never_left_stays_unknown(office: Office) -> None:
    """It is asked about for a day, seldom, and never sent again."""
    _unknown_mail(office)

    for _ in range(20):
        office.clock.move(2 * HOUR)
        assert office.ask().mails == 0
    assert 3 < office.calls < 12
    assert call(office.sandbox, "GET", "stats")["requests"] == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bounces", SuppressionReason.BOUNCE),
        ("invalid_emails", SuppressionReason.BOUNCE),
        ("spam_reports", SuppressionReason.COMPLAINT),
    ],
)
def test_the_providers_lists_suppress(office: Office, name: str, reason: SuppressionReason) -> None:
    """An address that came onto a list of the provider is not mailed any more."""
    office.world.readers(2)
    _list(office, name, ANN, "nobody@elsewhere.test")
    office.clock.move(timedelta(seconds=2))

    assert office.ask().listed == 1

    with office.store.read() as connection:
        rows = connection.execute(select(suppression.c.email, suppression.c.reason)).all()
    assert [tuple(row) for row in rows] == [(ANN, reason)]


def test_the_providers_unsubscribes_are_withdrawals(office: Office) -> None:
    """Whoever left by the provider's own means has withdrawn their consent, once."""
    office.world.readers(2)
    _list(office, "unsubscribes", BEN)
    office.clock.move(timedelta(seconds=2))

    assert office.ask().listed == 1
    office.clock.move(2 * HOUR)
    office.ask()

    with office.store.read() as connection:
        reader = reader_at(connection, BEN)
        assert reader is not None
        assert reader.status == "unsubscribed"
        told = connection.scalars(
            select(consent.c.channel).where(
                consent.c.subscriber_id == reader.id, consent.c.what == "withdrawn"
            )
        ).all()
    assert list(told) == ["provider"]


def test_the_lists_are_asked_for_once_an_hour(office: Office) -> None:
    """However often it runs, and also when they do not answer."""
    office.ask()
    before = call(office.sandbox, "GET", "logs")["calls"]
    office.clock.move(timedelta(minutes=59))
    office.ask()
    assert call(office.sandbox, "GET", "logs")["calls"] == before

    call(office.sandbox, "PUT", "logs", {"failing": 503})
    office.clock.move(HOUR)
    assert "503" in office.ask().problems[0]
    assert office.ask().problems == ()


def _move(office: Office, new: str) -> None:
    """The only reader presses the button in the mail to a new address."""
    now, kind = office.clock.now(), RequestKind.ADDRESS_CHANGE
    with office.store.write() as connection:
        reader = connection.execute(select(subscriber.c.id)).scalar_one()
        request = open_request(connection, kind, reader, now, now + HOUR, {"new_email": new})
    token = office.reception.signer.mark(Purpose.ADDRESS_CHANGE, reader, request)
    assert move(office.reception, token, NOTHING_SHOWN) is Move.MOVED


def _post_mail(office: Office, email: str, args: dict[str, str]) -> None:
    personal: dict[str, Any] = {"to": [{"email": email}]}
    if args:
        personal["custom_args"] = args
    message = {
        "from": {"email": "other@sender.test"},
        "subject": "Hello",
        "content": [{"type": "text/plain", "value": "Hello"}],
        "personalizations": [personal],
    }
    _ask_vendor(office, "POST", "v3/mail/send", message)


def _list(office: Office, name: str, *emails: str) -> None:
    for email in emails:
        office.sandbox.suppress(name, email)


def _ask_vendor(office: Office, method: str, path: str, body: object) -> None:
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{office.sandbox.url}/{path}", orjson.dumps(body), headers, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status in (201, 202)


def _unknown_mail(office: Office) -> str:
    """A welcome of whose sending nobody knows the end; returns its mark."""
    office.world.readers(1)
    now = office.clock.now()
    with office.store.write() as connection:
        reader = reader_at(connection, ANN)
        assert reader is not None
        later = now + 3 * DAY
        queue_mail(connection, MailName.WELCOME, reader.id, ANN, about=1, now=now, expires_at=later)
        connection.execute(update(system_mail).values(state=MailState.UNKNOWN, ended_at=now))
        number = connection.execute(select(system_mail.c.id)).scalar_one()
    return f"{office.store.site_id}-m{number:x}"
