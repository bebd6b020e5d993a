"""Whatever order events come in, doubled or cut into posts at will, the end is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.model.site import Site
from tests.factories import make_site
from tests.unit.feedback.posting import Provider
from tests.unit.feedback.stage import WORDS, events, reset, staged, state


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site's own settings."""
    return make_site(tmp_path_factory.mktemp("site"))


TOLD = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, len(WORDS) - 1), st.integers(0, 4_000)),
    min_size=1,
    max_size=12,
)


def require_order_free(provider: Provider, data: st.DataObject) -> None:
    made = events(provider, data.draw(TOLD, "told"))
    reset(provider)
    provider.tell(*made)
    expected = state(provider)

    again = data.draw(st.lists(st.sampled_from(range(len(made))), max_size=8), "again")
    order = data.draw(st.permutations([*range(len(made)), *again]), "order")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4), "cuts"))
    reset(provider)
    for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        provider.post(*(made[at] for at in order[start:end]))
        if data.draw(st.booleans(), "apply now"):
            assert provider.apply().problems == ()
    assert provider.apply().problems == ()
    assert state(provider) == expected


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, site: Site, tmp_path_factory: Any) -> Iterator[Provider]:
    """A stage on SQLite, set back before each example."""
    file = tmp_path_factory.mktemp("any") / "newsletter.db"
    shutil.copy(sqlite_template, file)
    with staged(f"sqlite:///{file}", site) as made:
        yield made


@pytest.fixture(scope="module")
def on_server(postgres: Any, site: Site) -> Iterator[Provider]:
    """The same on PostgreSQL."""
    name = f"test_{uuid4().hex[:12]}"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE newsletter_template")
    with staged(postgres.url(name), site) as made:
        yield made
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_order_of_events_matters(on_sqlite: Provider, data: st.DataObject) -> None:
    """Any permutation with repeats, in any posts, leaves the same rows, on SQLite."""
    require_order_free(on_sqlite, data)


@pytest.mark.postgres
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_order_of_events_matters_on_a_server(on_server: Provider, data: st.DataObject) -> None:
    """The same on PostgreSQL."""
    require_order_free(on_server, data)
