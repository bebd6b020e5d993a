"""Everything that is done over and over while a site is in use, once, through the real code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from newsletter.dispatching.control import cancel, pause, resume
from newsletter.dispatching.planning import Plan, follow_up
from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.sending import send_batch
from newsletter.dispatching.status import issue_status
from newsletter.feedback.brakes import Brakes
from newsletter.feedback.report import report_of
from newsletter.feedback.tallying import tally_wave
from newsletter.model.brake import BrakeLimits
from newsletter.model.consent import Channel, FormEvidence
from newsletter.model.ledger import Dispatch, Resolution
from newsletter.store.figures import read_figures
from newsletter.store.tables import request, wave
from newsletter.subscribing.choosing import choose_interests
from newsletter.subscribing.confirming import confirm
from newsletter.subscribing.leaving import unsubscribe
from newsletter.subscribing.own_data import erase_address
from newsletter.subscribing.signing_up import SignUp, sign_up
from newsletter.tokens import Purpose
from tests.contract.said import Said
from tests.peers_ledger import SettableRoster, World, ambiguous, names, refuses
from tests.unit.feedback.posting import Provider

ISSUE = 12
NEW = "new@reader.test"
FORM = FormEvidence("sign-up", "1", "Yes, send me letters.", "127.0.0.1", "a browser")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class WorkingDay:
    """An issue goes out with all that can happen to it; readers come, choose and leave.

    Attributes:
        emails: readers who are on the list.
    """

    world: World
    provider: Provider
    said: Said
    emails: list[str]
    of: Dispatch = field(init=False)

    def run(self) -> None:
        """All of it."""
        self._prepare()
        self._send()
        self._lose_a_sender()
        self._decide()
        self._hear()
        self._look()
        self._serve_readers()
        self._end()

    def _prepare(self) -> None:
        self.of = self.world.schedule(self.world.approve(ISSUE), canary=2)
        with self.said.during("prepare"):
            self.world.tick()

    def _send(self) -> None:
        """A lost answer, a reader who is named, one whom a batch is split to find, and the rest."""
        script, world = self.world.transport.script, self.world
        with self.said.during("send"):
            world.send_rung()
            world.tick()
            script.extend([ambiguous, names(self.emails[5])])
            world.transport.always = refuses(self.emails[10])
            for _ in range(6):
                world.tick()
                world.send_rung(3)
                world.clock.move(timedelta(seconds=30))

    def _lose_a_sender(self) -> None:
        """One dies before its call, one after it: the sweep takes back what they held."""
        for point in ("after_claim", "after_sending"):
            self.world.tick()
            lost = SettableRoster(point)
            dying = World(self.world.store, self.world.clock, roster=lost, crash_point=_kill(point))
            batch = self.world.engine.rung.pop(0)
            try:
                send_batch(dying.desk, batch)
            except Killed:
                self.world.roster.dead.add(lost.name)
        with self.said.during("sweep"):
            self.world.tick()

    def _decide(self) -> None:
        store = self.world.store
        with self.said.during("resolve"):
            self.world.clock.move(self.world.rules.patience)
            resolve(self.world.desk, ISSUE, Resolution.SEND_AGAIN, by="Ada")
        with self.said.during("pause and resume"):
            pause(store, self.of.id, by="Ada")
            resume(store, self.of.id, by="Ada")

    def _hear(self) -> None:
        """Every kind of event, about readers who were mailed."""
        mailed = sorted(self.world.transport.taken)[:6]
        kinds = ("delivered", "bounce", "open", "click", "spamreport", "unsubscribe")
        more = {"click": {"url": "https://example.com/a"}, "bounce": {"type": "bounce"}}
        told = [
            self.provider.event(email, kind, **more.get(kind, {}))
            for email, kind in zip(mailed, kinds, strict=True)
        ]
        with self.said.during("apply events"):
            assert self.provider.tell(*told).events == len(told)

    def _look(self) -> None:
        store, clock = self.world.store, self.world.clock
        with self.said.during("tell where it stands"):
            issue_status(store, ISSUE)
        with self.said.during("look at the brakes"):
            Brakes(store, clock, BrakeLimits()).look()
        with store.read() as connection:
            with self.said.during("judge a canary"):
                for each in connection.scalars(select(wave.c.id)).all():
                    tally_wave(connection, each)
            with self.said.during("count for metrics"):
                read_figures(connection, clock.now())
            with self.said.during("report"):
                report_of(connection, ISSUE, clock.now())

    def _serve_readers(self) -> None:
        reception, store = self.provider.reception, self.world.store
        ann = self.provider.row(self.emails[0])
        with self.said.during("sign up"):
            sign_up(reception, SignUp(NEW), FORM)
        with store.read() as connection:
            asked = connection.execute(select(request).order_by(request.c.id.desc())).first()
        assert asked is not None
        with self.said.during("confirm"):
            mark = reception.signer.mark(Purpose.CONFIRM, asked.subscriber_id, asked.id)
            confirm(reception, mark, FORM)
        with self.said.during("choose interests"):
            mark = reception.signer.mark(Purpose.PREFERENCES, ann.subscriber_id, ann.id)
            choose_interests(reception, mark, [reception.site.interests[0].slug], FORM)
        with self.said.during("unsubscribe"):
            mark = reception.signer.mark(Purpose.UNSUBSCRIBE, ann.subscriber_id, ann.id)
            assert unsubscribe(reception, mark, Channel.ONE_CLICK, FORM) is not None
        with self.said.during("erase"):
            assert erase_address(reception, self.emails[1], by="Ada")

    def _end(self) -> None:
        """The rest is let go, and whoever is left is followed up with."""
        store, world = self.world.store, self.world
        with self.said.during("cancel"):
            cancel(store, self.of.id, by="Ada")
            world.tick()
        with self.said.during("follow up"):
            follow_up(store, self.of.approval_id, Plan(world.clock.now()))
            world.tick()
        with self.said.during("send to the end"):
            world.transport.always = refuses()
            world.run(ticks=400)
        assert world.state() == "sent"


def _kill(where: str) -> Callable[[str], None]:
    def at(point: str) -> None:
        if point == where:
            raise Killed

    return at
