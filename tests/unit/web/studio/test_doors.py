"""What stands before every page of the studio: sign-in, role, origin, the session's own secret."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from anyio import sleep_forever
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount

from newsletter.errors import NotFound, TooManyRequests, UsageError
from newsletter.model.person import Role
from newsletter.web.studio import streaming
from newsletter.web.studio.routing import Address, routes
from newsletter.web.studio.visit import Visit
from tests.peers_ledger import SettableClock
from tests.studio import Client, Studio


def _said(visit: Visit) -> Response:
    who = visit.seat.person.name if visit.seat else "nobody"
    files = ",".join(f"{each.name}={each.read().decode()}" for each in visit.form.uploads("file"))
    return PlainTextResponse(f"{who} {visit.form.raw('words')!r} {visit.form.many('many')} {files}")


def _plain(visit: Visit) -> Response:
    return PlainTextResponse(str(visit.json()))


def _lost(visit: Visit) -> Response:
    raise NotFound("There is no such thing. <b>")


def _too_fast(visit: Visit) -> Response:
    raise TooManyRequests("Wait a little.", 7)


def _wrong(visit: Visit) -> Response:
    raise UsageError("That can not be.")


async def _stream(visit: Visit) -> AsyncIterator[str]:
    yield f"data: {visit.person.name}\n\n"


async def _endless(visit: Visit) -> AsyncIterator[str]:
    yield "data: here\n\n"
    await sleep_forever()


MANY_DIGITS = "9" * 5_000
ADDRESSES = [
    Address("/written", get=_said, post=_said, may=Role.PUBLISHER),
    Address("/open", get=_said, post=_said, may=None),
    Address("/json", post=_plain, plain=True),
    Address("/lost", get=_lost),
    Address("/fast", get=_too_fast),
    Address("/wrong", get=_wrong),
    Address("/stream", stream=_stream),
    Address("/endless", stream=_endless),
    Address("/row/{number:int}", get=_said),
    Address("/small", post=_said, largest=100),
]


def _client(studio: Studio, role: Role | None) -> Client:
    app = Starlette(routes=[Mount("/studio", Starlette(routes=routes(studio.side, ADDRESSES)))])
    return studio.client(role, app)


def test_who_is_not_signed_in_is_led_to_the_door_and_back(studio: Studio) -> None:
    """The page asked for is remembered; a form is not sent along."""
    client = _client(studio, None)
    asked = client.get("/studio/written", of="me&you")
    assert asked.status_code == 303
    assert asked.headers["location"] == (
        "/studio/sign-in?next=%2Fstudio%2Fwritten%3Fof%3Dme%2526you"
    )
    posted = client.post("/studio/written", {"words": "x"})
    assert (posted.status_code, posted.headers["location"]) == (303, "/studio/sign-in")
    assert client.get("/studio/written", part=True).status_code == 401


@pytest.mark.parametrize(("role", "status"), [("editor", 403), ("publisher", 200), ("admin", 200)])
def test_a_role_that_is_too_small_is_refused(studio: Studio, role: str, status: int) -> None:
    """By a hand-made request as by a button, in both methods."""
    client = _client(studio, Role(role))
    assert client.get("/studio/written").status_code == status
    assert client.post("/studio/written", {"words": "x"}).status_code == status


def test_a_form_needs_the_sessions_own_secret(studio: Studio) -> None:
    """None, a wrong one and another's are refused; the right one passes, as field or header."""
    client, other = _client(studio, Role.PUBLISHER), _client(studio, Role.ADMIN)
    for wrong in ("", "x", other.csrf):
        assert client.post("/studio/written", csrf=wrong).status_code == 403
    assert client.post("/studio/written").status_code == 200
    headers = {"X-CSRF": client.csrf, "Origin": str(client.asking.base_url)}
    assert client.asking.post("/studio/json", json=[1], headers=headers).text == "[1]"
    assert client.asking.post("/studio/json", json=[1]).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(studio: Studio, headers: dict[str, str]) -> None:
    """Also at addresses that nobody signs in for."""
    for path in ("/studio/open", "/studio/written"):
        client = _client(studio, Role.PUBLISHER)
        data = {"csrf": client.csrf}
        assert client.asking.post(path, data=data, headers=headers).status_code == 403


def test_a_form_arrives_as_it_was_typed(studio: Studio) -> None:
    """Lines end plainly, control characters go, names repeat, files come along."""
    client = _client(studio, Role.PUBLISHER)
    data = {"words": " two\r\nlines\x00 ", "many": ["a", " b "]}
    came = client.post("/studio/written", data, files={"file": ("a.txt", b"content")})
    assert came.text == "Paul Press ' two\\nlines ' ('a', 'b') a.txt=content"


def test_too_large_a_body_is_refused(studio: Studio) -> None:
    """Before anybody reads it."""
    client = _client(studio, Role.EDITOR)
    assert client.post("/studio/small", {"words": "x" * 1000}).status_code == 413


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/studio/lost", 404, "There is no such thing. &lt;b&gt;"),
        ("/studio/fast", 429, "Wait a little."),
        ("/studio/wrong", 400, "That can not be."),
    ],
)
def test_trouble_is_a_page_in_the_frame(studio: Studio, path: str, status: int, words: str) -> None:
    """With the words of the error, escaped; our scripts get them as JSON."""
    client = _client(studio, Role.EDITOR)
    page = client.get(path)
    assert page.status_code == status
    assert words in page.text
    assert "Edda Writer" in page.text
    part = client.get(path, part=True)
    assert part.status_code == status
    assert part.json()["problem"]
    assert page.headers.get("retry-after") == ("7" if status == 429 else None)


def test_streams_need_a_seat(studio: Studio) -> None:
    """Events go to who is signed in, and to nobody else."""
    assert _client(studio, Role.EDITOR).get("/studio/stream").text == "data: Edda Writer\n\n"
    assert _client(studio, None).get("/studio/stream").status_code == 401


def test_every_answer_shuts_its_doors(studio: Studio) -> None:
    """Nothing foreign runs or frames it, nothing is kept; also where nothing is."""
    client = studio.client(Role.EDITOR)
    for path in ("/studio/account", "/studio/no-such-page"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/studio/no-such-page").status_code == 404


def test_a_number_that_no_row_can_have_is_not_found(studio: Studio) -> None:
    """A number in an address may have any length; that is a page that is not there."""
    client = _client(studio, Role.EDITOR)
    assert client.get("/studio/row/7").status_code == 200
    for digits in (str(2**63), "9" * 5_000):
        assert client.get(f"/studio/row/{digits}").status_code == 404


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("account/sessions", {"session": MANY_DIGITS}),
        ("people/uninvite", {"link": MANY_DIGITS}),
        ("uncertain/7/decide", {"what": "assume_sent", "seen": MANY_DIGITS}),
        ("issues/2027-01-12-who-it-is-for/outline", {"act": "up first"}),
        ("issues/2027-01-12-who-it-is-for/outline", {"act": f"up {MANY_DIGITS}:x"}),
    ],
)
def test_a_form_made_by_hand_breaks_nothing(
    studio: Studio, path: str, typed: dict[str, str]
) -> None:
    """What no button of ours sends is refused in words."""
    answer = studio.client(Role.ADMIN).post(f"/studio/{path}", typed)
    assert 400 <= answer.status_code < 500


def test_a_query_made_by_hand_breaks_nothing(studio: Studio) -> None:
    """As one of many digits in the place of an issue's number."""
    client = studio.client(Role.ADMIN)
    for query in (f"reports/compare?issue-{MANY_DIGITS}=on", f"notices?before={MANY_DIGITS}"):
        assert client.get(f"/studio/{query}").status_code < 500


def test_a_stream_ends_with_the_session(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is signed out by an admin hears nothing more, though the page still lies open."""
    monkeypatch.setattr(streaming, "LOOK_AGAIN", 0.05)
    client, editor = _client(studio, Role.EDITOR), studio.person(Role.EDITOR)
    with client.asking.stream("GET", "/studio/endless", timeout=5) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "data: here"
        studio.side.accounts.end_sessions(editor.id, by=studio.person(Role.ADMIN))
        assert [line for line in lines if line] == []


def test_a_page_that_lies_open_does_not_keep_anybody_signed_in(
    studio: Studio, clock: SettableClock
) -> None:
    """A stream is begun anew by the page itself, all night; that is no sign of a person."""
    client = _client(studio, Role.EDITOR)
    for _ in range(5):
        clock.move(timedelta(hours=5))
        status = client.get("/studio/stream").status_code
    assert status == 401
