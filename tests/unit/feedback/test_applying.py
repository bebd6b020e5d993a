"""From posts to deliveries, on both databases."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import update

from newsletter.dispatching.resolving import resolve
from newsletter.feedback.applying import Applier, apply_posts
from newsletter.model.event import DeliveryEvent, EventKind, EventMatch, EvidenceKind, Malformed
from newsletter.model.ledger import BatchState, Feedback, Resolution
from newsletter.model.site import Site
from newsletter.store.tables import (
    batch,
    delivery_event,
    event_post,
    evidence,
    identity,
    malformed_event,
)
from newsletter.transports.sendgrid_events import SendGridEvents
from tests.factories import make_site
from tests.peers_ledger import World, ambiguous
from tests.unit.feedback.posting import Provider

ANN, BEN, CAT = "r00000@reader.test", "r00001@reader.test", "r00002@reader.test"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site's own settings."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def provider(world: World, site: Site) -> Provider:
    """Tells about three mails that were taken."""
    world.begin(3)
    world.run()
    return Provider.of(world, site)


def test_an_event_becomes_the_feedback_of_its_delivery(provider: Provider) -> None:
    """What the receiving side said stands at the delivery, and the outcome is left alone."""
    done = provider.tell(
        provider.event(ANN, "delivered"),
        provider.event(BEN, "bounce", type="bounce", reason="550 5.1.1 <r00001@reader.test>?"),
    )

    assert (done.posts, done.events, done.problems) == (1, 2, ())
    assert done.matches == {EventMatch.DELIVERY: 2}
    told = [provider.feedback(each) for each in (ANN, BEN, CAT)]
    assert told == [Feedback.DELIVERED, Feedback.BOUNCED, Feedback.NONE]
    assert provider.world.outcomes() == {"accepted": 3}
    assert provider.rows(event_post) == []
    kept = provider.rows(delivery_event)
    assert [row.kind for row in kept] == [EventKind.DELIVERED, EventKind.BOUNCED]
    assert kept[1].reason == "550 5.1.1 <•••>?"
    assert (kept[1].address, kept[1].delivery_id) == ("", provider.row(BEN).id)


def test_a_late_bounce_without_the_providers_name_finds_its_delivery(provider: Provider) -> None:
    """Late bounces carry no sg_message_id; our custom arg is enough."""
    late = provider.event(ANN, "bounce", type="bounce")
    del late["sg_message_id"]
    provider.tell(late)
    assert provider.feedback(ANN) is Feedback.BOUNCED


def test_an_address_is_compared_as_we_store_it(provider: Provider) -> None:
    """Capital letters make no other address."""
    done = provider.tell(provider.event(ANN, "delivered", email=ANN.upper()))
    assert done.matches == {EventMatch.DELIVERY: 1}


def test_events_of_others_are_foreign(provider: Provider) -> None:
    """Another site's id, another address, or no delivery of ours: kept, and nothing is touched."""
    good = provider.event(ANN, "bounce")
    number = good["nl_delivery"].partition("-")[2]
    strange = {
        "another site": {"nl_delivery": f"ffffffff-{number}"},
        "another address": {"email": BEN},
        "no delivery": {"nl_delivery": f"{provider.world.store.site_id}-ffffff"},
        "too large a number": {"nl_delivery": f"{provider.world.store.site_id}-{'f' * 40}"},
        "less than nothing": {"nl_delivery": f"{provider.world.store.site_id}--1"},
        "nonsense": {"nl_delivery": "nonsense"},
        "a list": {"nl_delivery": [1]},
        "nothing": {"nl_delivery": None},
    }
    done = provider.tell(
        *(good | change | {"sg_event_id": name} for name, change in strange.items())
    )
    assert done.matches == {EventMatch.FOREIGN: len(strange)}
    assert done.problems == ()
    kept = provider.rows(delivery_event)
    assert {row.provider_id for row in kept} == set(strange)
    assert {row.address for row in kept} == {ANN, BEN}
    assert {row.delivery_id for row in kept} == {None}
    assert provider.feedback(ANN) is Feedback.NONE
    assert provider.suppressed(ANN) == provider.suppressed(BEN) == ""


def test_an_id_the_site_had_before_still_names_its_deliveries(provider: Provider) -> None:
    """After a restore late events carry the old id, and find what was made under it."""
    event = provider.event(ANN, "delivered")
    _restore(provider)
    assert provider.tell(event).matches == {EventMatch.DELIVERY: 1}
    assert provider.feedback(ANN) is Feedback.DELIVERED


def test_an_old_id_names_nothing_that_was_made_later(provider: Provider) -> None:
    """Numbers are given anew after a restore: an event of the life before is not about them."""
    old = provider.world.store.site_id
    _restore(provider)
    provider.world.schedule(provider.world.approve(13))
    provider.world.tick()
    provider.world.send_rung()
    event = provider.event(ANN, "bounce")
    event["nl_delivery"] = event["nl_delivery"].replace(provider.world.store.site_id, old)
    assert provider.tell(event).matches == {EventMatch.FOREIGN: 1}
    assert provider.feedback(ANN) is Feedback.NONE


def _restore(provider: Provider) -> None:
    """As a restored backup has it: a new id, and the old one known as retired."""
    store, clock = provider.world.store, provider.world.clock
    clock.wait(60)
    with store.write() as connection:
        connection.execute(update(identity).values(retired_at=clock.now()))
        row = {"site_id": "0badcafe", "since": clock.now()}
        connection.execute(identity.insert().values(**row))
    store.site_id = "0badcafe"
    clock.wait(60)


MALFORMED = {
    "no object": 7,
    "no event": {"email": ANN, "sg_event_id": "x", "timestamp": 1764590400},
    "no id": {"email": ANN, "event": "delivered", "timestamp": 1764590400},
    "no email": {"event": "delivered", "sg_event_id": "x", "timestamp": 1764590400},
    "no time": {"email": ANN, "event": "delivered", "sg_event_id": "x"},
    "no sane time": {"email": ANN, "event": "open", "sg_event_id": "x", "timestamp": 10**18},
}


def test_a_malformed_entry_loses_no_good_one(provider: Provider) -> None:
    """What can not be read is kept with why, and what stands beside it is applied."""
    done = provider.tell(
        *MALFORMED.values(), provider.event(ANN, "delivered"), provider.event(BEN, "deferred")
    )
    assert (done.events, done.malformed) == (2, len(MALFORMED))
    assert provider.feedback(ANN) is Feedback.DELIVERED
    assert provider.feedback(BEN) is Feedback.DEFERRED
    assert all(row.why for row in provider.rows(malformed_event))


@pytest.mark.parametrize("raw", [b"", b"no json", b'[{"event":', b"\xff\xfe", b"[" * 50_000])
def test_a_post_that_is_no_json_is_kept_as_malformed(provider: Provider, raw: bytes) -> None:
    """Whatever was signed and can not be read stops nothing that comes after it."""
    provider.post(raw=raw)
    done = provider.tell(provider.event(ANN, "delivered"))
    assert (done.posts, done.malformed, done.problems) == (2, 1, ())
    assert provider.feedback(ANN) is Feedback.DELIVERED


def test_a_type_nobody_has_heard_of_is_kept_whole(provider: Provider) -> None:
    """The raw event stays, without addresses of people or the network; it proves the mail left."""
    provider.tell(provider.event(ANN, "teleported", ip="203.0.113.7", why="because"))
    [kept] = provider.rows(delivery_event)
    assert (kept.kind, kept.match) == (EventKind.UNKNOWN, EventMatch.DELIVERY)
    assert '"event": "teleported"' in kept.raw
    assert '"why": "because"' in kept.raw
    assert ANN not in kept.raw
    assert "203.0.113.7" not in kept.raw


def test_text_that_no_database_takes_is_tidied(provider: Provider) -> None:
    """Control characters, NUL and halves of surrogates in a reason lose no event."""
    event = provider.event(ANN, "bounce")
    raw = orjson.dumps([event | {"reason": "@@"}]).replace(b"@@", rb"no\u0000 such\ud800 user")
    provider.post(raw=raw)
    assert provider.apply().problems == ()
    [kept] = provider.rows(delivery_event)
    assert kept.reason.split() == ["no", "such", "user"]


def test_what_is_told_twice_counts_once(provider: Provider) -> None:
    """In one post, in another, or a day later: the provider's id tells."""
    event = provider.event(ANN, "delivered")
    provider.tell(event, event)
    provider.world.clock.move(timedelta(hours=20))
    provider.tell(event)
    assert len(provider.rows(delivery_event)) == 1


def test_a_long_post_is_applied_in_parts(provider: Provider) -> None:
    """Others wait a few hundred events long, and the post goes with the last of them."""
    events = [provider.event(ANN, "deferred") for _ in range(1_203)]
    done = provider.tell(*events)
    assert (done.posts, done.events) == (1, 1_203)
    assert len(provider.rows(delivery_event)) == 1_203
    assert provider.rows(event_post) == []


def test_one_post_that_fails_holds_up_no_other(provider: Provider) -> None:
    """It stays where it is, is told, and is applied once what was wrong is mended."""
    provider.post(provider.event(ANN, "delivered"))
    provider.post(provider.event(BEN, "delivered"))
    applier = Applier(provider.reception, Moody(()))
    done = apply_posts(applier)
    assert len(done.problems) == 1
    assert len(provider.rows(event_post)) == 1
    assert provider.feedback(BEN) is Feedback.DELIVERED

    assert provider.apply().problems == ()
    assert provider.feedback(ANN) is Feedback.DELIVERED


class Moody(SendGridEvents):
    """A source that trips over one reader's address."""

    def read(self, body: bytes) -> tuple[list[DeliveryEvent], list[Malformed]]:
        """Read, or fail."""
        if ANN.encode() in body:
            raise LookupError("something nobody thought of")
        return super().read(body)


def test_any_event_settles_an_unknown_delivery(world: World, site: Site) -> None:
    """The provider took the mail, whatever became of it; the evidence is kept."""
    world.transport.script.append(ambiguous)
    world.begin(3)
    world.run()
    assert world.outcomes() == {"unknown": 3}
    provider = Provider.of(world, site)

    done = provider.tell(provider.event(ANN, "processed"), provider.event(BEN, "dropped"))
    assert done.settled.accepted == 2
    assert world.outcomes() == {"accepted": 2, "unknown": 1}
    assert provider.feedback(BEN) is Feedback.DROPPED
    assert len(provider.rows(evidence)) == 2
    assert world.status().is_uncertain

    provider.tell(provider.event(CAT, "open"))
    assert world.outcomes() == {"accepted": 3}
    assert not world.status().is_uncertain
    assert [row.state for row in provider.rows(batch)] == [BatchState.ACCEPTED]
    world.require_promises()


def test_a_second_attempt_that_was_taken_is_told(world: World, site: Site) -> None:
    """Sent again by a person after the first call had been taken after all: two mails."""
    world.transport.script.append(ambiguous)
    world.begin(1)
    world.run()
    provider = Provider.of(world, site)
    first = provider.event(ANN, "delivered")
    world.clock.move(timedelta(hours=1))
    resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    world.run()
    second = provider.event(ANN, "delivered")
    assert first["nl_attempt"] != second["nl_attempt"]

    assert provider.tell(second).settled.duplicates == ()
    assert provider.tell(first).settled.duplicates == (provider.row(ANN).id,)
    assert provider.tell(first, second).settled.duplicates == ()
    told = [row for row in provider.rows(evidence) if row.kind is EvidenceKind.DUPLICATE]
    assert len(told) == 1


def test_evidence_that_comes_before_sending_again_saves_the_reader(
    world: World, site: Site
) -> None:
    """Who waits to be sent again is not, once an event says that the first mail was taken."""
    world.transport.script.append(ambiguous)
    world.begin(2)
    world.run()
    provider = Provider.of(world, site)
    world.clock.move(timedelta(hours=1))
    resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    provider.tell(provider.event(ANN, "delivered"))
    world.run()
    assert world.outcomes() == {"accepted": 2}
    assert world.transport.taken == {BEN: 1}
