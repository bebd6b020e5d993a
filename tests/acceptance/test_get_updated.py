"""A reader's whole story with the sandbox as provider: come, choose, leave, and hear no more."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from newsletter.bootstrap import App, load_app
from newsletter.dispatching.planning import Plan, schedule
from newsletter.model.consent import Channel, FormEvidence, MailState
from newsletter.publishing import approve
from newsletter.sandbox import RunningSandbox, serve
from newsletter.subscribing import (
    Confirmation,
    Postroom,
    SignUp,
    Verdict,
    Wishes,
    choose_interests,
    confirm,
    look_at_confirmation,
    proof,
    sign_up,
    unsubscribe,
)

ROOT = Path(__file__).parents[2]
ANN = "ann@reader.test"
BEN = "ben@reader.test"
EVIDENCE = FormEvidence("sign-up", "1", "Yes, send me letters.", "127.0.0.1", "a browser")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """A provider on this machine."""
    with serve() as running:
        yield running


@pytest.fixture
def app(tmp_path: Path, sandbox: RunningSandbox) -> App:
    """The repository's own site, with the sandbox as its provider."""
    for name in ("issues", "templates", "newsletter.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return load_app(tmp_path, {"SENDGRID_URL": sandbox.url}, tmp_path)


def _inbox(sandbox: RunningSandbox, to: str) -> list[dict[str, Any]]:
    with urlopen(f"{sandbox.url}/_sandbox/messages?to={quote(to)}") as answer:
        told: Any = json.load(answer)
    mails: list[dict[str, Any]] = told["messages"] if isinstance(told, dict) else told
    return sorted(mails, key=lambda mail: mail["received_at"])


def _mark(mail: dict[str, Any], page: str) -> str:
    return re.findall(rf"/{page}/([\w-]{{44}})", mail["text"])[0]


def _send(app: App, number: int) -> None:
    dispatcher = app.open_dispatcher()
    try:
        store, now = dispatcher.desk.store, app.clock.now()
        approved = approve(store, app.compose(str(number)), by="Ada", clock=app.clock)
        schedule(store, approved.id, Plan(now - timedelta(seconds=1), by="Ada"))
        dispatcher.stay(number, lambda status: None)
    finally:
        dispatcher.close()


def test_a_readers_story(app: App, sandbox: RunningSandbox) -> None:
    """Sign up, confirm, be welcomed, get an issue, choose less, get another variant, leave by one
    click, and get nothing more."""
    store, transport = app.open_store(), app.open_transport()
    reception = app.reception(store)
    postroom = Postroom(reception, transport)

    sign_up(reception, SignUp(" Ann@Reader.test ", Wishes("Ann")), EVIDENCE)
    assert postroom.deliver() == {MailState.SENT: 1}
    (asked,) = _inbox(sandbox, ANN)
    assert "Ann" not in asked["subject"] + asked["text"]
    assert "List-Unsubscribe" not in asked["headers"]
    link = _mark(asked, "confirm")
    assert look_at_confirmation(reception, link) is Confirmation.READY
    _send(app, 12)
    assert len(_inbox(sandbox, ANN)) == 1

    assert confirm(reception, link, EVIDENCE).state is Confirmation.CONFIRMED
    assert postroom.deliver() == {MailState.SENT: 1}
    welcome = _inbox(sandbox, ANN)[-1]
    assert "Hello Ann" in welcome["text"]
    assert "<" + f"{app.site.public_url}/unsubscribe/" in welcome["headers"]["List-Unsubscribe"]

    sign_up(reception, SignUp(BEN), EVIDENCE)
    postroom.deliver()
    confirm(reception, _mark(_inbox(sandbox, BEN)[0], "confirm"), EVIDENCE)
    assert postroom.deliver() == {MailState.SENT: 1}

    preferences = _mark(welcome, "preferences")
    choose_interests(reception, preferences, ["tips"], EVIDENCE)
    _send(app, 13)
    hers, his = _inbox(sandbox, ANN)[-1], _inbox(sandbox, BEN)[-1]
    assert hers["subject"] == his["subject"]
    assert len(hers["html"]) < len(his["html"])

    letter = hers["headers"]["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert unsubscribe(reception, letter, Channel.ONE_CLICK, EVIDENCE) is not None
    heard = len(_inbox(sandbox, ANN))
    postroom.deliver()
    _send(app, 14)
    assert len(_inbox(sandbox, ANN)) == heard
    assert len(_inbox(sandbox, BEN)) == heard + 1

    told = [(line.what.value, line.channel.value) for line in proof(reception, ANN)]
    assert told == [
        ("requested", "form"),
        ("confirmed", "page"),
        ("chose_interests", "page"),
        ("withdrawn", "one_click"),
    ]
    transport.close()
    store.close()


def test_the_latest_issue_in_the_welcome(app: App, sandbox: RunningSandbox) -> None:
    """Once an issue went out, who joins later finds it in the welcome, in the archive."""
    store, transport = app.open_store(), app.open_transport()
    reception = app.reception(store)
    postroom = Postroom(reception, transport)
    carla, dora = "carla@reader.test", "dora@reader.test"
    for email in (carla, dora):
        sign_up(reception, SignUp(email), EVIDENCE)
        postroom.deliver()
        confirm(reception, _mark(_inbox(sandbox, email)[0], "confirm"), EVIDENCE)
        if email == carla:
            _send(app, 12)
            postroom = Postroom(reception, transport)
        postroom.deliver()
    archive = f"{app.site.public_url}/archive/2026-12-01-why-microneedling-works"
    assert archive in _inbox(sandbox, dora)[-1]["text"]
    transport.close()
    store.close()


def test_a_form_shown_and_posted_in_one_second(app: App) -> None:
    """A post quicker than a person is not answered with a mail but with another page."""
    store = app.open_store()
    stamps = app.reception(store).stamps
    assert stamps.judge("sign-up", stamps.make("sign-up")) is Verdict.ASK_AGAIN
    store.close()
