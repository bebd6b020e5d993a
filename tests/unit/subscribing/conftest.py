"""A reception on each database, with the repository's own mails and a transport that keeps them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from newsletter.model.site import Site
from newsletter.store import Store
from newsletter.subscribing import Reception
from tests.databases import *  # noqa: F403
from tests.factories import TOML, make_site
from tests.peers_ledger import SettableClock
from tests.unit.subscribing.house import House, make_house

ROOT = Path(__file__).parents[3]
ASKING = TOML.replace(
    'choices = ["berlin", "hamburg"]', 'choices = ["berlin", "hamburg"]\nask = true'
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with the mails this repository ships."""
    root = tmp_path_factory.mktemp("site")
    made = make_site(root, {"newsletter.toml": ASKING})
    shutil.copytree(ROOT / "templates", root / "templates", dirs_exist_ok=True)
    return made


@pytest.fixture
def house(store: Store, site: Site, clock: SettableClock) -> House:
    """A reception, its postroom, and what was mailed."""
    return make_house(store, site, clock)


@pytest.fixture
def reception(house: House) -> Reception:
    """The reception alone."""
    return house.reception
