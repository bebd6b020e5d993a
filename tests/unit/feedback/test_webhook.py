"""`POST /webhooks/sendgrid` over real HTTP: only what the provider signed is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from sqlalchemy import select

from newsletter.bootstrap import App, SystemClock
from newsletter.config import load_settings
from newsletter.errors import ContentError
from newsletter.store import Store
from newsletter.store.tables import event_post
from newsletter.transports.sendgrid_signature import SIGNATURE, TIMESTAMP
from newsletter.web import Served
from newsletter.web.public.serving import public_server
from newsletter.web.public.webhooks import MOST_BYTES, PATH
from tests import loopback
from tests.factories import write_site
from tests.unit.feedback.posting import Key

BODY = orjson.dumps([{"event": "delivered", "email": "ann@example.com", "sg_event_id": "e1"}])
KEY, OLD_KEY = Key(), Key()
BOTH = f"{KEY.public}, {OLD_KEY.public}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's folder."""
    return write_site(tmp_path_factory.mktemp("site"))


def serve(root: Path, store: Store, keys: str) -> Served:
    """The public side as `serve` wires it."""
    environ = {"SENDGRID_WEBHOOK_KEYS": keys, "NEWSLETTER_SECRET_KEYS": "k" * 32}
    return public_server(App(load_settings(root, environ), SystemClock()), store)


@pytest.fixture
def client(root: Path, store: Store) -> Iterator[httpx.Client]:
    """Posts as the provider does, to a site that knows two of its keys."""
    with serve(root, store, BOTH) as served, asking(served) as made:
        yield made


def asking(served: Served) -> httpx.Client:
    return loopback.client(served.url)


def kept(store: Store) -> list[bytes]:
    """Bodies of posts that wait to be applied."""
    with store.read() as connection:
        return list(connection.scalars(select(event_post.c.body)))


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_a_signed_post_is_kept_as_it_came(client: httpx.Client, store: Store, key: Key) -> None:
    """Either of two valid keys proves it, so that a key can be changed without losing a post."""
    answer = client.post(PATH, content=BODY, headers=key.headers(BODY))
    assert (answer.status_code, answer.content) == (204, b"")
    assert kept(store) == [BODY]


def test_an_empty_batch_is_taken(client: httpx.Client, store: Store) -> None:
    """The provider's test of the address says nothing, and says it signed."""
    assert client.post(PATH, content=b"[]", headers=KEY.headers(b"[]")).status_code == 204
    assert kept(store) == [b"[]"]


def test_a_replay_is_taken(client: httpx.Client) -> None:
    """An old timestamp is no reason to refuse: the provider tries again for a day."""
    for _ in range(2):
        headers = KEY.headers(BODY, "1262304000")
        assert client.post(PATH, content=BODY, headers=headers).status_code == 204


def bad_headers() -> dict[str, dict[str, str]]:
    good = KEY.headers(BODY)
    return {
        "no header": {},
        "no signature": {TIMESTAMP: good[TIMESTAMP]},
        "no timestamp": {SIGNATURE: good[SIGNATURE]},
        "another timestamp": good | {TIMESTAMP: "1764590401"},
        "another key": Key().headers(BODY),
        "bad base64": good | {SIGNATURE: "$$$not base64$$$"},
        "base64 of nonsense": good | {SIGNATURE: "bm9uc2Vuc2U="},
        "empty": good | {SIGNATURE: ""},
        "endless": good | {SIGNATURE: "A" * 4_000},
        "of another body": KEY.headers(BODY + b" "),
    }


@pytest.mark.parametrize("what", bad_headers())
def test_what_is_not_proved_is_refused(client: httpx.Client, store: Store, what: str) -> None:
    """A missing or wrong signature is answered 403, and nothing is kept."""
    answer = client.post(PATH, content=BODY, headers=bad_headers()[what])
    assert answer.status_code == 403
    assert kept(store) == []


def test_an_altered_byte_is_refused(client: httpx.Client, store: Store) -> None:
    """The signature is over the raw bytes, each of them."""
    altered = BODY.replace(b"ann@", b"bnn@")
    assert client.post(PATH, content=altered, headers=KEY.headers(BODY)).status_code == 403
    assert kept(store) == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_huge_body_is_refused(client: httpx.Client, store: Store, *, announced: bool) -> None:
    """More than the limit is answered 413 whether its length was told or not."""
    body = b" " * (MOST_BYTES + 1)
    content = body if announced else iter([body[:1_000_000]] * 6)
    try:
        answer = client.post(PATH, content=content, headers=KEY.headers(body))
    except httpx.TransportError:  # it hung up while we were still talking
        answer = None
    assert answer is None or answer.status_code == 413
    assert kept(store) == []


def test_without_a_key_nothing_is_genuine(root: Path, store: Store) -> None:
    """A site that was told no key takes no post at all."""
    with serve(root, store, "") as served, asking(served) as client:
        answer = client.post(PATH, content=BODY, headers=KEY.headers(BODY))
    assert answer.status_code == 403
    assert kept(store) == []


def test_only_posts_are_taken(client: httpx.Client) -> None:
    """No GET does anything."""
    assert client.get(PATH).status_code == 405


@pytest.mark.parametrize("key", ["MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", "A" * 124, "no key"])
def test_a_key_that_can_not_be_read_is_told(root: Path, key: str) -> None:
    """Settings name the variable and which of its keys is none, and never the value."""
    with pytest.raises(ContentError) as told:
        load_settings(root, {"SENDGRID_WEBHOOK_KEYS": f"{KEY.public},{key}"})
    [problem] = told.value.problems
    assert "SENDGRID_WEBHOOK_KEYS" in str(problem)
    assert "key 2" in str(problem)
    assert key not in str(problem)
