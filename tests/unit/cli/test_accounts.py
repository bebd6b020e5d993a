"""`people ...`: an operator helps someone in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter.bootstrap import load_app
from newsletter.cli.program import program
from newsletter.sandbox import serve
from tests.factories import write_site

PASSWORD = "soft lamps over the river"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site at which nobody has an account."""
    return write_site(tmp_path, {})


def told(site: Path, *words: str) -> str:
    """What a command prints; it ends well."""
    done = CliRunner().invoke(program, ["--site", str(site), "people", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(site: Path, *words: str) -> str:
    """How a command ends badly: its exit code and its words."""
    done = CliRunner().invoke(program, ["--site", str(site), "people", *words])
    return f"{done.exit_code} {done.stderr}"


def accept(site: Path, text: str, name: str, email: str = "") -> None:
    """Someone uses the link in that text."""
    found = re.search(r"/studio/link/([\w-]{43})", text)
    assert found
    app = load_app(site, {}, site)
    store = app.open_store()
    app.accounts(store).accept(found[1], name, PASSWORD, email=email)
    store.close()


def test_an_operator_lets_the_first_admin_in_and_others_back(site: Path) -> None:
    """Links for the first, for someone new and for a forgotten password; each acts once."""
    assert "newsletter people link" in told(site, "list")
    accept(site, told(site, "link"), "Ann Admin", "ann@lumen.test")
    assert refused(site, "link").startswith("2 error: There is an admin already. Say whose link")
    accept(site, told(site, "invite", "bob@lumen.test", "--role", "publisher"), "Bob")
    accept(site, json.loads(told(site, "link", "BOB@lumen.test", "--json"))["link"], "")
    ann, bob = json.loads(told(site, "list", "--json"))
    assert (ann["email"], ann["role"], ann["active"]) == ("ann@lumen.test", "admin", True)
    assert (bob["name"], bob["role"], bob["sessions"]) == ("Bob", "publisher", 1)
    assert "Bob" in told(site, "list")


def test_an_operator_lets_someone_go(site: Path) -> None:
    """Not without a yes, never the last admin, and an unknown address is told with the nearest."""
    accept(site, told(site, "link"), "Ann Admin", "ann@lumen.test")
    accept(site, told(site, "invite", "bob@lumen.test"), "Bob")
    assert refused(site, "deactivate", "bob@lumen.test").startswith("2 error: Add --yes")
    assert json.loads(told(site, "list", "--json"))[1]["active"]
    assert "can not sign in any more" in told(site, "deactivate", "bob@lumen.test", "--yes")
    assert not json.loads(told(site, "list", "--json"))[1]["active"]
    assert "may sign in again" in told(site, "activate", "bob@lumen.test")
    assert refused(site, "deactivate", "ann@lumen.test", "--yes").startswith(
        "1 error: Ann Admin is"
    )
    assert 'Did you mean "bob@lumen.test"' in refused(site, "link", "bib@lumen.test")


def test_an_invitation_is_mailed_where_something_is_set_up(site: Path) -> None:
    """And its link printed all the same; `--no-mail` only prints."""
    with serve() as sandbox:
        outside = {"SENDGRID_URL": sandbox.url}
        words = ["--site", str(site), "people", "invite", "bob@lumen.test"]
        done = CliRunner().invoke(program, words, env=outside)
        assert "A mail with this link is on its way to bob@lumen.test." in done.stdout
        assert "/studio/link/" in done.stdout
        assert sandbox.stats()["recipients"] == 1
        told = CliRunner().invoke(program, [*words, "--no-mail", "--json"], env=outside).stdout
        assert list(json.loads(told)) == ["link"]
        assert sandbox.stats()["recipients"] == 1
