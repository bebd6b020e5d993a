"""Events after which an address is not mailed any more, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest

from newsletter.feedback.rules import FeedbackRules
from newsletter.model.consent import Channel, ConsentStep, MailState
from newsletter.model.site import Site
from newsletter.store.readers import change_reader, lock_reader
from newsletter.store.tables import consent, delivery_event, suppression, system_mail
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import SignUp, Wishes, confirm, lift_bounce, sign_up
from newsletter.subscribing.own_data import erase_address
from newsletter.subscribing.writing_down import write_down
from newsletter.tokens import Purpose
from tests.factories import make_site
from tests.peers_ledger import World
from tests.unit.feedback.posting import Provider
from tests.unit.subscribing.house import EVIDENCE

ANN, BEN = "r00000@reader.test", "r00001@reader.test"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site's own settings."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def provider(world: World, site: Site) -> Provider:
    """Tells about two mails that were taken."""
    world.begin(2)
    world.run()
    return Provider.of(world, site)


def bounce(provider: Provider, email: str = ANN, **more: object) -> dict[str, object]:
    return provider.event(email, "bounce", **{"type": "bounce", **more})


def blocked(provider: Provider, email: str = ANN, **more: object) -> dict[str, object]:
    return provider.event(email, "bounce", **{"type": "blocked", **more})


def came_back(provider: Provider) -> None:
    """The reader signs up anew and presses the button in the mail."""
    sign_up(provider.reception, SignUp(ANN, Wishes()), EVIDENCE)
    press(provider)


def press(provider: Provider) -> None:
    """The reader presses the button in the mail that was asked for last."""
    reception, reader = provider.reception, provider.row(ANN).subscriber_id
    *_, mail = provider.rows(
        system_mail, system_mail.c.subscriber_id == reader, system_mail.c.name == "confirm"
    )
    confirm(reception, reception.signer.mark(Purpose.CONFIRM, reader, mail.about), EVIDENCE)


def test_a_hard_bounce_suppresses_with_its_event_as_the_reason(provider: Provider) -> None:
    """The address is given up; the reader's yes stays; the proof names event and words."""
    provider.tell(bounce(provider, sg_event_id="e77", reason="550 no such user"))
    assert provider.suppressed(ANN) == "bounce"
    assert provider.status(ANN) is Status.CONFIRMED
    assert provider.suppressed(BEN) == ""
    [line] = provider.rows(consent, consent.c.what == ConsentStep.SUPPRESSED)
    assert line.note == "bounce: event e77 550 no such user"
    assert line.channel is Channel.PROVIDER
    assert line.delivery_id == provider.row(ANN).id


def test_a_complaint_is_a_no(provider: Provider) -> None:
    """Whoever reports spam is off the list, and their address is suppressed."""
    provider.tell(provider.event(ANN, "spamreport"))
    assert provider.suppressed(ANN) == "complaint"
    assert provider.status(ANN) is Status.UNSUBSCRIBED
    [line] = provider.rows(consent, consent.c.what == ConsentStep.WITHDRAWN)
    assert line.channel is Channel.COMPLAINT


@pytest.mark.parametrize("word", ["unsubscribe", "group_unsubscribe"])
def test_leaving_by_the_providers_own_means_is_a_no(provider: Provider, word: str) -> None:
    """The withdrawal is kept as one that came by the provider; nothing bounced."""
    provider.tell(provider.event(ANN, word))
    assert provider.status(ANN) is Status.UNSUBSCRIBED
    assert provider.suppressed(ANN) == ""
    [line] = provider.rows(consent, consent.c.what == ConsentStep.WITHDRAWN)
    assert line.channel is Channel.PROVIDER
    assert line.delivery_id == provider.row(ANN).id


def test_coming_back_by_the_providers_own_means_is_no_yes(provider: Provider) -> None:
    """Only a double opt-in makes a yes of a no."""
    provider.tell(provider.event(ANN, "unsubscribe"), provider.event(ANN, "group_resubscribe"))
    assert provider.status(ANN) is Status.UNSUBSCRIBED


def test_what_neither_bounced_nor_complained_stays(provider: Provider) -> None:
    """A drop or a deferral is the provider's or the moment's fault, not the address's."""
    provider.tell(provider.event(ANN, "dropped"), provider.event(ANN, "deferred"))
    assert provider.suppressed(ANN) == ""
    assert provider.status(ANN) is Status.CONFIRMED


def letters(provider: Provider, count: int, apart: timedelta, first: int = 20) -> Iterator[None]:
    """Issues go out, one after the other."""
    for number in range(first, first + count):
        world = provider.world
        world.clock.move(apart)
        world.schedule(world.approve(number))
        world.tick()
        world.send_rung()
        world.tick()
        yield


def test_enough_soft_bounces_suppress(provider: Provider) -> None:
    """Three letters refused within 30 days, with one delivered between; not the second."""
    provider.rules = FeedbackRules(soft_bounces=3)
    for at, _ in enumerate(letters(provider, 4, timedelta(days=5)), start=1):
        told = provider.event(ANN, "delivered") if at == 2 else blocked(provider)
        provider.tell(told, *([blocked(provider)] if at == 1 else []))
        assert provider.suppressed(ANN) == ("bounce" if at == 4 else "")
    [line] = provider.rows(consent, consent.c.what == ConsentStep.SUPPRESSED)
    assert line.note.startswith("bounce: 3 letters refused within 30 days; event e")


def test_soft_bounces_of_one_letter_count_once(provider: Provider) -> None:
    """A mail that is refused again and again says no more than one."""
    provider.rules = FeedbackRules(soft_bounces=2)
    provider.tell(*(blocked(provider) for _ in range(5)))
    assert provider.suppressed(ANN) == ""


def test_soft_bounces_far_apart_do_not_add_up(provider: Provider) -> None:
    """Only those within the span count together."""
    provider.rules = FeedbackRules(soft_bounces=2, soft_bounce_span=timedelta(days=30))
    for _ in letters(provider, 3, timedelta(days=31)):
        provider.tell(blocked(provider))
    assert provider.suppressed(ANN) == ""


@pytest.mark.parametrize("order", list(permutations((0, 20, 40))))
def test_the_order_of_soft_bounces_changes_no_end(
    provider: Provider, order: tuple[int, ...]
) -> None:
    """One letter refused on two days, another later: neither whether nor when hangs on it."""
    provider.rules = FeedbackRules(soft_bounces=2, soft_bounce_span=timedelta(days=30))
    start = provider.world.clock.now()

    def refused(day: int) -> dict[str, object]:
        return blocked(provider, timestamp=int((start + timedelta(days=day)).timestamp()))

    told = {day: refused(day) for day in (0, 20)}
    for _ in letters(provider, 1, timedelta(days=40)):
        told[40] = refused(40)
    for day in order:
        provider.tell(told[day])
    [row] = provider.rows(suppression)
    assert (row.reason, row.at) == ("bounce", (start + timedelta(days=40)).replace(microsecond=0))


def test_soft_bounces_may_be_left_alone(provider: Provider) -> None:
    """With 0 no number of them suppresses."""
    provider.rules = FeedbackRules(soft_bounces=0)
    for _ in letters(provider, 3, timedelta(days=1)):
        provider.tell(blocked(provider))
    assert provider.suppressed(ANN) == ""


@pytest.mark.parametrize("word", ["spamreport", "unsubscribe", "bounce"])
def test_an_old_event_throws_nobody_off_who_came_back(provider: Provider, word: str) -> None:
    """Told late, after the reader's own double opt-in: it is kept as history only."""
    old = provider.event(ANN, word, type="bounce")
    provider.tell(provider.event(ANN, "unsubscribe"))
    provider.world.clock.move(HOUR)
    came_back(provider)
    assert provider.status(ANN) is Status.CONFIRMED

    provider.world.clock.move(HOUR)
    provider.tell(old)
    assert provider.status(ANN) is Status.CONFIRMED
    assert provider.suppressed(ANN) == ""
    assert len(provider.rows(delivery_event)) == 2


def test_an_old_complaint_leaves_a_younger_request_open(provider: Provider) -> None:
    """Who asked to come back after it still can: the link in the mail works."""
    provider.tell(provider.event(ANN, "unsubscribe"))
    old = provider.event(ANN, "spamreport")
    provider.world.clock.move(HOUR)
    sign_up(provider.reception, SignUp(ANN, Wishes()), EVIDENCE)
    provider.world.clock.move(HOUR)
    provider.tell(old)
    assert provider.suppressed(ANN) == "complaint"

    press(provider)
    assert provider.status(ANN) is Status.CONFIRMED
    assert provider.suppressed(ANN) == ""


def test_a_new_event_counts_after_coming_back(provider: Provider) -> None:
    """Coming back forgives what was, not what comes."""
    provider.tell(provider.event(ANN, "unsubscribe"))
    provider.world.clock.move(HOUR)
    came_back(provider)
    provider.world.clock.move(HOUR)
    provider.tell(provider.event(ANN, "spamreport"))
    assert provider.status(ANN) is Status.UNSUBSCRIBED


def test_an_old_bounce_does_not_undo_a_persons_lifting(provider: Provider) -> None:
    """Whoever lifted a bounce knew more than an event of the time before."""
    late = bounce(provider)
    provider.tell(bounce(provider))
    provider.world.clock.move(HOUR)
    lift_bounce(provider.reception, ANN, by="Ada", reason="the mailbox is mended")
    provider.world.clock.move(HOUR)
    provider.tell(late)
    assert provider.suppressed(ANN) == ""


def test_a_time_in_the_future_is_that_of_the_post(provider: Provider) -> None:
    """A provider's wrong clock can not outvote a reader who comes back tomorrow."""
    far = int((provider.world.clock.now() + timedelta(days=400)).timestamp())
    provider.tell(provider.event(ANN, "unsubscribe", timestamp=far))
    [kept] = provider.rows(delivery_event)
    assert kept.at == provider.world.clock.now()


def test_a_mail_of_the_program_is_settled_and_its_bounce_counts(provider: Provider) -> None:
    """A confirmation nobody knew the end of was sent; one that bounced suppresses."""
    sign_up(provider.reception, SignUp("cat@reader.test", Wishes()), EVIDENCE)
    [mail] = provider.rows(system_mail)
    with provider.world.store.write() as connection:
        connection.execute(system_mail.update().values(state=MailState.UNKNOWN))
    told = bounce(provider) | {
        "email": "cat@reader.test",
        "nl_mail": f"{provider.world.store.site_id}-m{mail.id:x}",
        "nl_delivery": "",
    }
    provider.tell(told)
    assert [row.state for row in provider.rows(system_mail)] == [MailState.SENT]
    assert provider.suppressed("cat@reader.test") == "bounce"


def test_the_person_says_no_also_under_a_new_address(provider: Provider) -> None:
    """An event of the address that was mailed is theirs, wherever they moved meanwhile."""
    event = provider.event(ANN, "spamreport")
    provider.tell(provider.event(ANN, "delivered"))
    _move(provider, ANN, "new@reader.test")
    provider.tell(event)
    assert provider.status("new@reader.test") is Status.UNSUBSCRIBED


def _move(provider: Provider, old: str, new: str) -> None:
    """As an address change leaves it: the proof still knows the old one by its hash."""
    with provider.world.store.write() as connection:
        reader = lock_reader(connection, provider.row(old).subscriber_id)
        assert reader is not None
        step, at = ConsentStep.ADDRESS_CHANGED, provider.reception.now
        write_down(provider.reception, connection, reader, step, Channel.PAGE, at=at)
        change_reader(connection, reader.id, email=new)


def test_an_event_about_someone_erased_names_nobody(provider: Provider) -> None:
    """It still belongs to its delivery; the address is not learnt anew and not suppressed."""
    event = bounce(provider, reason=f"550 {ANN} unknown")
    foreign = bounce(provider) | {"nl_delivery": "ffffffff-1"}
    erase_address(provider.reception, ANN)
    provider.tell(event, foreign)
    mine, strange = provider.rows(delivery_event)
    assert mine.delivery_id is not None
    assert (mine.address, strange.address) == ("", "")
    assert ANN not in mine.reason
    assert provider.suppressed(ANN) == ""
