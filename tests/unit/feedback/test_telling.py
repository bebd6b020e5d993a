"""Telling people: once by each way, again only when nothing left us, and never in the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.feedback.telling import Herald
from newsletter.feedback.ways import MailWay, UrlWay
from newsletter.model.notice import Notice, NoticeKind, TellingState
from newsletter.model.site import Site
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.store import Store
from newsletter.store.notices import write_notice
from newsletter.store.tables import telling
from newsletter.store.tellings import claim_telling, line_up
from newsletter.transports.webhook import Taken, post_json
from tests.factories import make_site
from tests.peers.certificates import self_signed
from tests.peers.http_peer import (
    Behaviour,
    HttpPeer,
    answering,
    hang_up,
    http_peer,
    reset_after_reading,
)
from tests.peers_ledger import (
    Answering,
    ScriptedTransport,
    SettableClock,
    accept,
    ambiguous,
    key_refused,
    unreachable,
)

_T = TellingState
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def peer() -> Iterator[HttpPeer]:
    """What a webhook's address leads to."""
    with http_peer(answering(200)) as it:
        yield it


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site without a template for notices."""
    return make_site(tmp_path / "site")


def herald(store: Store, site: Site, peer: HttpPeer | None, *, mail: bool = False) -> Herald:
    """One that posts to the peer, and mails if asked to."""
    transport = ScriptedTransport()
    mails = [MailWay("ada@news.test", site, "cafe", transport)] if mail else []
    urls = [UrlWay(f"{peer.url}/hook?key=secret", site)] if peer else []
    return Herald(store, (*mails, *urls))


def mailing(store: Store, site: Site, answer: Answering = accept) -> ScriptedTransport:
    """Tell by mail only, to a transport that answers so."""
    transport = ScriptedTransport()
    transport.always = answer
    Herald(store, (MailWay("ada@news.test", site, "cafe", transport),)).tell()
    return transport


def happened(store: Store, cause: str = "paused-1-1") -> None:
    """Something worth telling, now."""
    with store.write() as connection:
        told = Notice(
            cause,
            NoticeKind.PAUSED,
            store.now(connection),
            "Issue 12 is paused",
            "A <typo>.",
            12,
            1,
        )
        assert write_notice(connection, told)


def states(store: Store) -> Counter[TellingState]:
    """How many tellings are in which state."""
    with store.read() as connection:
        return Counter(connection.scalars(select(telling.c.state)))


def test_by_mail_and_by_webhook(store: Store, site: Site, peer: HttpPeer) -> None:
    """Each way is told once, however often somebody looks; JSON has what a script needs."""
    happened(store)
    telling_all = herald(store, site, peer, mail=True)
    for _ in range(3):
        telling_all.tell()
    assert states(store) == {_T.TOLD: 2}
    [request] = peer.requests
    assert request.line == "POST /hook?key=secret HTTP/1.1"
    assert request.json | {"at": ""} == {
        "id": 1,
        "kind": "paused",
        "at": "",
        "issue": 12,
        "dispatch": 1,
        "title": "Issue 12 is paused",
        "words": "A <typo>.",
        "site": "Test Letter",
        "text": "Test Letter: Issue 12 is paused\nA <typo>.",
    }


def test_the_mail_is_one_of_the_program_itself(store: Store, site: Site) -> None:
    """A system mail with both parts, escaped, that belongs to no delivery and no list."""
    happened(store)
    [batch] = mailing(store, site).sent
    letter, [reader] = batch.letter, batch.recipients
    assert letter.is_system
    assert (reader.email, reader.unsubscribe) == ("ada@news.test", "")
    assert letter.subject == "Test Letter: Issue 12 is paused"
    assert "A &lt;typo&gt;." in letter.html
    assert "A <typo>." in letter.text
    assert "1 Test Street" in letter.text


def test_a_site_may_have_its_own_look_for_them(store: Store, tmp_path: Path) -> None:
    """`templates/mail/notice/` is used where it is there."""
    own = {
        "templates/mail/notice/subject.txt": "Look: {{ notice.title }}",
        "templates/mail/notice/body.txt": "{{ notice.words }}",
        "templates/mail/notice/body.mjml": (
            "<mjml><mj-body><mj-section><mj-column><mj-text>{{ notice.words }}</mj-text>"
            "</mj-column></mj-section></mj-body></mjml>"
        ),
    }
    happened(store)
    [batch] = mailing(store, make_site(tmp_path / "own", own)).sent
    assert batch.letter.subject == "Look: Issue 12 is paused"
    assert "A &lt;typo&gt;." in batch.letter.html


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [
        (answering(204), _T.TOLD),
        (answering(404), _T.FAILED),
        (answering(302, Location="https://elsewhere.test/"), _T.FAILED),
        (answering(429), _T.WAITING),
        (answering(503), _T.WAITING),
        (answering(500), _T.UNKNOWN),
        (hang_up, _T.UNKNOWN),
        (reset_after_reading, _T.UNKNOWN),
    ],
)
def test_what_a_webhook_answers(
    store: Store, site: Site, behaviour: Behaviour, state: TellingState
) -> None:
    """Only what was clearly not taken waits for another try."""
    happened(store)
    with http_peer(behaviour) as peer:
        herald(store, site, peer).tell()
        assert len(peer.requests) == 1
    assert states(store) == {state: 1}


def refused(batch: Batch) -> Receipt:
    """The address is refused for good."""
    return Receipt(Answer.READERS_REFUSED, (Outcome.REJECTED,), status=400, reason="bad address")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (accept, _T.TOLD),
        (ambiguous, _T.UNKNOWN),
        (unreachable, _T.WAITING),
        (key_refused, _T.WAITING),
        (refused, _T.FAILED),
    ],
)
def test_what_becomes_of_a_mail(
    store: Store, site: Site, answer: Answering, state: TellingState
) -> None:
    """The same for mails; a refused key may be mended within the day."""
    happened(store)
    mailing(store, site, answer)
    assert states(store) == {state: 1}


def test_it_is_tried_less_and_less_often_for_a_day(
    store: Store, clock: SettableClock, site: Site
) -> None:
    """After 10, 20, 40 seconds and at last every half hour; then it is no news any more."""
    happened(store)
    begun, tried = clock.now(), []
    for _ in range(60 * 25):
        if mailing(store, site, unreachable).sent:
            tried.append((clock.now() - begun).total_seconds())
        clock.move(timedelta(minutes=1))
    assert tried[:4] == [0, 60, 120, 180]
    assert tried[-1] < 24 * 3600
    assert 45 < len(tried) < 65
    assert states(store) == {_T.FAILED: 1}
    with store.read() as connection:
        reason = connection.execute(select(telling.c.reason)).scalar_one()
    assert reason == "it could not be told for a day. connection refused"


def test_a_fault_of_ours_is_not_told_again(store: Store, site: Site, peer: HttpPeer) -> None:
    """Whatever a way does, the others are told, and nothing comes out of it."""

    def fail(batch: Batch) -> Receipt:
        raise ZeroDivisionError

    happened(store)
    transport = ScriptedTransport()
    transport.always = fail
    ways = MailWay("ada@news.test", site, "cafe", transport), UrlWay(peer.url, site)
    Herald(store, ways).tell()
    assert states(store) == {_T.UNKNOWN: 1, _T.TOLD: 1}


def test_a_teller_that_died_leaves_it_unknown(
    store: Store, clock: SettableClock, site: Site, peer: HttpPeer
) -> None:
    """Perhaps it left; so it is not told again by that way."""
    happened(store)
    telling_all = herald(store, site, peer)
    with store.write() as connection:
        line_up(connection, [each.name for each in telling_all.ways], clock.now())
        assert claim_telling(connection, [telling_all.ways[0].name], clock.now())
    telling_all.tell()
    assert states(store) == {_T.TELLING: 1}
    clock.move(timedelta(minutes=4))
    telling_all.tell()
    assert states(store) == {_T.UNKNOWN: 1}
    assert peer.requests == []


def test_two_schedulers_tell_it_once(
    open_database: Callable[[], Store], site: Site, peer: HttpPeer
) -> None:
    """A claim is won by one."""
    stores = open_database(), open_database()
    for number in range(5):
        happened(stores[0], f"paused-1-{number}")
    for _ in range(5):
        for each in stores:
            herald(each, site, peer).tell()
    assert len(peer.requests) == 5
    assert len({request.json["id"] for request in peer.requests}) == 5


def test_an_address_added_later_is_not_told_old_news(
    store: Store, clock: SettableClock, site: Site, peer: HttpPeer
) -> None:
    """What happened more than a day ago is told to nobody."""
    happened(store)
    clock.move(timedelta(hours=25))
    herald(store, site, peer).tell()
    assert not states(store)


def test_the_address_of_a_webhook_stays_a_secret(
    store: Store, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither log nor database holds its path, also when it fails."""
    happened(store)
    with http_peer(answering(404)) as peer:
        herald(store, site, peer).tell()
    printed = capsys.readouterr()
    with store.read() as connection:
        kept = json.dumps([list(map(str, row)) for row in connection.execute(select(telling))])
    assert "a notice could not be told" in printed.out + printed.err
    assert "secret" not in printed.out + printed.err + kept


def test_a_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    """Nothing is posted to a server that can not prove who it is."""
    server, _ = self_signed(tmp_path)
    with http_peer(answering(200), tls=server) as peer:
        posted = post_json(f"{peer.url}/hook", b"{}")
    assert posted.taken is Taken.LATER
    assert peer.requests == []


def test_nobody_there() -> None:
    """A closed port: nothing left us."""
    with http_peer() as peer:
        url = peer.url
    assert post_json(url, b"{}").taken is Taken.LATER
