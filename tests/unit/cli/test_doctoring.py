"""`newsletter doctor`: whether a site is fit to send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from newsletter.cli.program import program
from newsletter.lookups import Follower
from newsletter.publishing.examining import MADE_UP_READER, Health, examine_unsubscribing
from newsletter.web import Served
from tests.factories import TOML, write_site
from tests.unit.web.public.conftest import empty_database, repository_site, stage
from tests.unit.web.public.stage import Stage

__all__ = ["empty_database", "repository_site", "stage"]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without any setting of the machine."""
    for name in ("SENDGRID_API_KEY", "SENDGRID_URL", "NEWSLETTER_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def doctor(root: Path, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(program, ["--site", str(root), "doctor", "--json"])
    assert done.exit_code == code, done.output
    return {row["what"]: row["health"] for row in json.loads(done.stdout)}


def test_a_site_that_sends_nothing_yet_is_only_advised(
    tmp_path: Path, alone: pytest.MonkeyPatch
) -> None:
    """Loopback and an example's domain are weak as long as nothing leaves the machine."""
    told = doctor(write_site(tmp_path))
    assert told["sending"] == "weak"
    assert told["sender"] == "weak"
    assert told["SPF, DKIM, DMARC, one-click, key"] == "unknown"


def test_with_a_key_the_same_is_bad(tmp_path: Path, alone: pytest.MonkeyPatch) -> None:
    """Then the mails are real."""
    alone.setenv("SENDGRID_API_KEY", "SG.x")
    files = {"newsletter.toml": TOML.replace("https://news.test", "http://127.0.0.1:8700")}
    told = doctor(write_site(tmp_path, files), code=1)
    assert told["public_url"] == told["sender"] == "bad"


def test_a_key_that_others_can_read_is_bad(tmp_path: Path, alone: pytest.MonkeyPatch) -> None:
    """With it anybody could unsubscribe everybody."""
    site = write_site(tmp_path, {"var/secret.key": "k" * 64})
    (site / "var/secret.key").chmod(0o644)
    assert doctor(site, code=1)["secret key"] == "bad"
    (site / "var/secret.key").chmod(0o600)
    assert doctor(site)["secret key"] == "good"


def test_one_click_of_a_made_up_reader_takes_nobody_off(stage: Stage) -> None:
    """The real public side answers 200, and the list is as long as before."""
    path = stage.app.links.unsubscribe(MADE_UP_READER).removeprefix(stage.app.site.public_url)
    with Served(stage.public) as served:
        base = str(httpx.URL(served.url)).rstrip("/")
        found = examine_unsubscribing(base + path, Follower(allows=lambda each: True))
    assert (found.health, found.told) == (Health.GOOD, "It answers 200 to one click.")
