"""The dashboard, the alert rules and the guide speak of figures that there are."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from newsletter.model.consent import MailName
from newsletter.store.mail_queue import queue_mail
from newsletter.store.tables import event_post
from tests.peers_ledger import World, rate_limited
from tests.unit.web.operations.test_answers import asking, figures

__all__ = ["asking"]

ROOT = Path(__file__).resolve().parents[4]
DASHBOARD = ROOT / "deploy" / "dashboard.json"
_NAME = re.compile(r"\bnewsletter_[a-z_]+")


@pytest.fixture
def told(world: World, asking: httpx.Client) -> set[str]:
    """Every figure that a running site tells, with something of each kind to tell about."""
    now = world.clock.now()
    world.transport.script.append(rate_limited(now + timedelta(minutes=5)))
    world.begin(10)
    world.send_rung()
    with world.store.write() as connection:
        connection.execute(insert(event_post).values(received_at=now, body=b"[]"))
        queue_mail(
            connection,
            MailName.CONFIRM,
            1,
            "ann@reader.test",
            about=1,
            now=now,
            expires_at=now + timedelta(days=7),
        )
    return {name for name, _ in figures(asking)}


def expressions() -> dict[str, str]:
    """What each panel and each rule asks: its title -> the expression."""
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    asked = {
        panel["title"]: " ".join(target["expr"] for target in panel["targets"]) for panel in panels
    }
    rules = (ROOT / "deploy" / "alerts.yaml").read_text()
    return asked | dict(re.findall(r"alert: (\w+)\n\s+expr:(.*?)\n\s+(?:for|labels):", rules, re.S))


def test_every_figure_that_is_asked_for_is_told(told: set[str]) -> None:
    """By a panel or a rule; each asks for one at least, but for the one that asks who is up."""
    asked = {title: set(_NAME.findall(words)) for title, words in expressions().items()}
    assert len(asked) > 20
    assert [title for title, names in asked.items() if not names] == ["NotReached"]
    assert set().union(*asked.values()) <= told


def test_every_figure_that_is_told_is_in_the_guide(told: set[str]) -> None:
    """By its whole name, with what it means."""
    guide = (ROOT / "docs" / "operators.md").read_text()
    assert sorted(name for name in told if f"`{name}" not in guide) == []


def test_the_dashboard_can_be_imported() -> None:
    """Grafana asks whoever imports it for the source; no panel names one of ours."""
    dashboard = json.loads(DASHBOARD.read_text())
    (source,) = dashboard["__inputs"]
    assert (source["name"], source["pluginId"]) == ("DS_PROMETHEUS", "prometheus")
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    asked = [target for panel in panels for target in panel["targets"]]
    for each in (*panels, *asked, *dashboard["templating"]["list"]):
        assert each["datasource"] == {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
    assert all('job="$job"' in target["expr"] for target in asked)
