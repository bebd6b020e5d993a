"""A site whose pages are missing, old or broken still has a decent side to readers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from newsletter.tokens import Purpose
from newsletter.web import Served
from newsletter.web.public import create_public
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import mark, row_of, sign_up
from tests.unit.web.public.conftest import client
from tests.unit.web.public.stage import Stage, copy_site

OURS = "Something is wrong at our end"
TOKEN = "A" * 44


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A site whose files a test may break."""
    with Stage(copy_site(tmp_path / "site"), clock=SettableClock()) as made:
        yield made


def pages(stage: Stage) -> Path:
    return stage.root / "templates" / "pages"


def test_an_older_site_has_the_starters_pages(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """Without a folder of pages, and without the palette they use, everything works."""
    shutil.rmtree(pages(stage))
    (stage.root / "templates" / "parts" / "palette.mjml").unlink()
    token = mark(stage, Purpose.UNSUBSCRIBE, stage.reader("ann@example.com"))
    assert "I ask Lumen Skin Clinic to send me" in browser.get("/").text
    assert "Now check your mail" in sign_up(browser, clock, "ben@example.com").text
    assert "You are unsubscribed" in browser.post(f"/unsubscribe/{token}").text
    assert browser.get("/style.css").headers["content-type"].startswith("text/css")
    for path in ("/archive/", "/preferences", "/icon.svg", "/feed.xml"):
        assert browser.get(path).status_code == 200
    assert browser.get("/nothing").status_code == 404


def test_a_page_of_ones_own_counts_from_the_moment_it_is_there(
    stage: Stage, browser: httpx.Client
) -> None:
    """The starter's page stands in only as long as the site has none."""
    own = pages(stage) / "lost.html"
    own.unlink()
    assert "There is nothing here" in browser.get("/nothing").text
    own.write_text('{% extends "pages/base.html" %}{% block main %}<h1>Gone</h1>{% endblock %}')
    assert "<h1>Gone</h1>" in browser.get("/nothing").text


def test_a_broken_page_is_told_to_the_log_and_not_to_readers(
    stage: Stage, browser: httpx.Client
) -> None:
    """The log has path and line; the reader a decent page; what was asked for is done."""
    token = mark(stage, Purpose.UNSUBSCRIBE, stage.reader("ann@example.com"))
    (pages(stage) / "unsubscribed.html").write_text("<p>\n{{ nobody.knows }}\n")
    with capture_logs() as lines:
        answer = browser.post(f"/unsubscribe/{token}")
    assert answer.status_code == 500
    assert OURS in answer.text
    assert "nobody" not in answer.text
    assert "<nav" in answer.text
    told = [line["problem"] for line in lines if line["log_level"] == "error"]
    assert len(told) == 1
    assert told[0].startswith("templates/pages/unsubscribed.html:2: ")
    assert row_of(stage, "ann@example.com").status == "unsubscribed"
    assert browser.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}).text == (
        "You are unsubscribed.\n"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("base.html", "{% block %}"),
        ("pieces.html", "{% macro %}"),
        ("problem.html", "{{ no_such }}"),
        ("consent.txt", "{{ no_such }}"),
        ("lost.html", b"\xff\xfe"),
        ("sign_up.html", '{% include "../../newsletter.toml" %}'),
    ],
)
def test_whatever_is_broken_readers_see_a_page(
    stage: Stage, browser: httpx.Client, name: str, text: str | bytes
) -> None:
    """The frame, its pieces, the page about problems itself: no traceback, no path, no 200."""
    (pages(stage) / name).write_bytes(text.encode() if isinstance(text, str) else text)
    paths = ("/", "/archive/", "/preferences", f"/confirm/{TOKEN}", "/nothing")
    answers = [browser.get(path) for path in paths]
    failed = [answer for answer in answers if answer.status_code >= 500]
    assert bool(failed) is (name != "problem.html")
    for answer in failed:
        assert OURS in answer.text
        assert "<nav" in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert not any("templates/" in answer.text for answer in answers)


def test_a_broken_style_sheet_leaves_the_starters(stage: Stage, browser: httpx.Client) -> None:
    """Pages go on, in the site's colours and the starter's looks, until it is mended."""
    style = pages(stage) / "style.css"
    style.write_text("{% if %}")
    with capture_logs() as lines:
        page = browser.get("/")
    assert page.status_code == 200
    told = [line["problem"] for line in lines if line["log_level"] == "error"]
    assert told[0].startswith("templates/pages/style.css:1: ")
    assert "--paper" in browser.get("/style.css").text
    style.write_text("body { color: red }")
    assert browser.get("/style.css").text == "body { color: red }"


def test_what_nobody_foresaw_is_a_page_too(stage: Stage) -> None:
    """An error of ours answers 500 with the headers of every page, and no details."""
    app = create_public(stage.side)
    with Served(app) as served, client(served) as asking:
        asking.get("/")
        stage.store.engine.dispose()
        Path(stage.root / "newsletter.db").unlink()
        answer = asking.get("/archive/")
    assert answer.status_code == 500
    assert OURS in answer.text
    assert "Traceback" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
