"""A site's secret key is changed, and everything signed or hashed with the old one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.bootstrap import App, load_app
from newsletter.errors import DatabaseRefused
from newsletter.subscribing import Reception, Verdict
from newsletter.subscribing.bringing_in import Refusal, refusals
from newsletter.subscribing.own_data import erase_address
from newsletter.tokens import Purpose
from tests.factories import write_site
from tests.peers_ledger import SettableClock

OLD = "the-old-key-of-this-test-and-no-other"
NEW = "the-new-key-of-this-test-and-no-other"
BOTH_ORDERS = pytest.mark.parametrize("keys", [f"{NEW},{OLD}", f"{OLD},{NEW}"])


def app_with(root: Path, keys: str, clock: SettableClock) -> App:
    """The site as a process sees it whose environment holds these keys."""
    return replace(load_app(root, {"NEWSLETTER_SECRET_KEYS": keys}), clock=clock)


@contextmanager
def reception_of(app: App) -> Iterator[Reception]:
    """Its use cases of readers."""
    store = app.open_store()
    try:
        yield app.reception(store)
    finally:
        store.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site without a database yet."""
    return write_site(tmp_path)


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands still until it is told to move."""
    return SettableClock()


@BOTH_ORDERS
def test_links_forms_and_erased_people_outlive_their_key(
    site: Path, keys: str, clock: SettableClock
) -> None:
    """With the new key beside the old, wherever, nothing made before is forgotten."""
    before = app_with(site, OLD, clock)
    with reception_of(before) as reception:
        erase_address(reception, "gone@reader.test")
        stamp = reception.stamps.make("sign-up")
    link = before.links.unsubscribe(7, 11).rpartition("/")[2]
    clock.move(timedelta(minutes=1))

    after = app_with(site, keys, clock)
    with reception_of(after) as reception:
        found = refusals(reception, ["gone@reader.test", "new@reader.test"])
        assert found == {"gone@reader.test": Refusal.ERASED}
        assert reception.stamps.judge("sign-up", stamp) is Verdict.GENUINE
    mark = after.signer.read(Purpose.UNSUBSCRIBE, link)
    assert mark is not None
    assert (mark.subscriber, mark.about) == (7, 11)


@BOTH_ORDERS
def test_the_database_belongs_to_the_key_that_signs(
    site: Path, keys: str, clock: SettableClock
) -> None:
    """After the change a process that knows only the other key is refused, and told what to do."""
    app_with(site, OLD, clock).open_store().close()
    app_with(site, keys, clock).open_store().close()
    signs, other = keys.split(",")
    app_with(site, signs, clock).open_store().close()
    with pytest.raises(DatabaseRefused, match="a new one goes before it"):
        app_with(site, other, clock).open_store()


def test_a_key_that_the_site_made_itself_can_be_changed(site: Path, clock: SettableClock) -> None:
    """`var/secret.key` takes a new key on a line before the old one."""
    app = replace(load_app(site, {}), clock=clock)
    app.open_store().close()
    file = site / "var" / "secret.key"
    link = app.links.unsubscribe(7).rpartition("/")[2]
    file.write_text(f"{NEW}\n{file.read_text()}")

    changed = replace(load_app(site, {}), clock=clock)
    changed.open_store().close()
    assert changed.signer.fingerprint != app.signer.fingerprint
    assert changed.signer.read(Purpose.UNSUBSCRIBE, link) is not None


def test_a_key_of_another_site_is_refused(site: Path, clock: SettableClock) -> None:
    """A new key without the old one opens nothing."""
    app_with(site, OLD, clock).open_store().close()
    with pytest.raises(DatabaseRefused, match="Put the old key into NEWSLETTER_SECRET_KEYS"):
        app_with(site, NEW, clock).open_store()
