"""The files in `deploy/` run what there is."""

from __future__ import annotations

import re
import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from newsletter.cli.program import program

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


def read_unit(path: Path) -> ConfigParser:
    """A unit as systemd reads it: keys as they are spelled, no values inside of values."""
    unit = ConfigParser(strict=True, interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(path)
    return unit


def yaml(name: str) -> Any:
    return YAML(typ="safe").load((DEPLOY / name).read_text())


def require_command(words: list[str]) -> None:
    """The program knows command and options; `--help` keeps it from doing anything."""
    done = CliRunner().invoke(program, [*words, "--help"])
    assert done.exit_code == 0, (words, done.output)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_what_there_is(path: Path) -> None:
    """Under an account of its own, with time to finish what is on the wire."""
    service = read_unit(path)["Service"]
    require_command(shlex.split(service["ExecStart"])[1:])
    assert service["User"] == "newsletter"
    assert int(service["TimeoutStopSec"]) >= 60
    assert service["Restart"] == "always"
    assert service["ProtectSystem"] == "strict"


def test_the_studio_may_write_its_site() -> None:
    """It edits issues; a worker only keeps what the program makes."""
    web, worker = (read_unit(path)["Service"] for path in reversed(UNITS))
    assert web["ReadWritePaths"] == web["WorkingDirectory"]
    assert worker["ReadWritePaths"] == f"-{worker['WorkingDirectory']}/var"
    services = yaml("compose.yaml")["services"]
    assert "${SITE:-..}:/site" in services["web"]["volumes"]
    assert "${SITE:-..}:/site:ro" in services["worker"]["volumes"]


def test_compose_starts_what_there_is() -> None:
    """A database, the web side and two workers on it, none of them as root."""
    services = yaml("compose.yaml")["services"]
    assert services.keys() == {"database", "web", "worker"}
    for name in ("web", "worker"):
        service = services[name]
        require_command(service["command"])
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["environment"]["NEWSLETTER_DISPATCH__ENGINE"] == "procrastinate"
        assert service["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["worker"]["deploy"]["replicas"] == 2


def test_the_image_runs_as_nobody_in_particular() -> None:
    """And by default what there is."""
    file = (DEPLOY / "Dockerfile").read_text()
    last = file.rpartition("FROM ")[2]
    assert re.search(r"^USER newsletter$", last, re.M)
    command = re.search(r"^CMD (\[.*\])$", last, re.M)
    assert command is not None
    require_command(yaml_list(command[1]))


def yaml_list(text: str) -> list[str]:
    return list(YAML(typ="safe").load(text))


def test_every_rule_is_whole() -> None:
    """Prometheus refuses a file in which one is not."""
    (group,) = yaml("alerts.yaml")["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["expr"].strip()
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")
