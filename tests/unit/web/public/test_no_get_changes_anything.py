"""Every route, with GET and HEAD, leaves every row of the database as it was."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select
from starlette.routing import Route

from newsletter.model.consent import Channel, FormEvidence, RequestKind
from newsletter.store.requests import open_request
from newsletter.store.tables import delivery, picture
from newsletter.subscribing.leaving import unsubscribe
from newsletter.subscribing.signing_up import SignUp, sign_up
from newsletter.tokens import Purpose
from newsletter.web.public import public_routes
from tests.unit.web.public.asking import confirm_token, dump, mark
from tests.unit.web.public.stage import Stage


def addresses(stage: Stage) -> dict[str, list[str]]:
    """Route -> addresses that lead somewhere, with marks that open all they can."""
    ann = stage.reader("ann@example.com", interests=("tips",))
    ben = stage.reader("ben@example.com")
    stage.dispatch("12")
    sign_up(stage.reception, SignUp("new@example.com"), FormEvidence())
    left = unsubscribe(
        stage.reception, mark(stage, Purpose.UNSUBSCRIBE, ben), Channel.PAGE, FormEvidence()
    )
    assert left is not None
    now, soon = stage.clock.now(), stage.clock.now() + timedelta(minutes=20)
    with stage.store.write() as connection:
        fresh = open_request(connection, RequestKind.FRESH, ann, now, soon, {})
        details = {"new_email": "anna@example.com"}
        moving = open_request(connection, RequestKind.ADDRESS_CHANGE, ann, now, soon, details)
        got = connection.scalar(select(delivery.c.id).where(delivery.c.subscriber_id == ann))
        shown = connection.execute(select(picture.c.sha256, picture.c.extension)).first()
    assert got is not None
    assert shown is not None
    preferences = [
        mark(stage, Purpose.PREFERENCES, ann),
        mark(stage, Purpose.FRESH, ann, fresh),
    ]
    return {
        "/": ["/", "/?List-Unsubscribe=One-Click"],
        "/subscribe": ["/subscribe?email=a@example.com"],
        "/confirm/{token}": [f"/confirm/{confirm_token(stage)}?again=1"],
        "/preferences": ["/preferences"],
        "/preferences/{token}": [
            f"/preferences/{token}{query}"
            for token in preferences
            for query in ("", "?interests=news", "?action=erase&sure=yes", "?action=fresh")
        ],
        "/address/{token}": [f"/address/{mark(stage, Purpose.ADDRESS_CHANGE, ann, moving)}"],
        "/unsubscribe/{token}": [
            f"/unsubscribe/{mark(stage, Purpose.UNSUBSCRIBE, ann)}?List-Unsubscribe=One-Click"
        ],
        "/undo/{token}": [f"/undo/{left.undo}"],
        "/reason/{token}": [f"/reason/{left.undo}?reason=x"],
        "/archive/": ["/archive/"],
        "/archive/{slug}": ["/archive/2026-12-01-why-microneedling-works", "/archive/none"],
        "/feed.xml": ["/feed.xml"],
        "/view/{token}": [f"/view/{mark(stage, Purpose.VIEW, ann, got)}"],
        "/api/subscribe": ["/api/subscribe"],
        "/api/openapi.json": ["/api/openapi.json"],
        "/style.css": ["/style.css"],
        "/icon.svg": ["/icon.svg"],
        "/media/{name}": [f"/media/{shown.sha256}.{shown.extension}", "/media/none.png"],
    }


POST_ONLY = {"/subscribe", "/reason/{token}", "/api/subscribe"}


def test_no_get_or_head_changes_anything(stage: Stage, browser: httpx.Client) -> None:
    """The walk covers every route there is, reaches every page, and changes no row."""
    walk = addresses(stage)
    routes = {route.path for route in public_routes(stage.side) if isinstance(route, Route)}
    assert routes == set(walk)
    before = dump(stage)
    for route, each in walk.items():
        for address in each:
            got, head = browser.get(address), browser.head(address)
            reached = 405 if route in POST_ONLY else 404 if "none" in address else 200
            assert (address, got.status_code, head.status_code) == (address, reached, reached)
            assert head.content == b""
            assert dump(stage) == before, address


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(stage: Stage, browser: httpx.Client, method: str) -> None:
    """They are refused everywhere."""
    walk = addresses(stage)
    before = dump(stage)
    for each in walk.values():
        assert browser.request(method, each[0]).status_code == 405
    assert dump(stage) == before
