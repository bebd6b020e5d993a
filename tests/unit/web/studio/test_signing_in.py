"""The door of the studio: who gets in, where they go, and what a link opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from starlette.responses import Response

from newsletter.model.person import Role
from newsletter.web.studio.cookies import Cookies
from newsletter.web.studio.signing_in import safe_way
from tests.peers_ledger import SettableClock
from tests.studio import PASSWORD, Client, Studio

NEW = "quiet harbour at dawn"
SEAT = "newsletter-seat"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Fill in the door's form."""
    form = {"email": email, "password": password, **more}
    return client.post("/studio/sign-in", form)


def cookie(response: httpx.Response) -> Mapping[str, str]:
    """The seat's cookie with its attributes, as the response sets it."""
    for line in response.headers.get_list("set-cookie"):
        first, *attributes = line.split("; ")
        name, _, value = first.partition("=")
        if name.endswith(SEAT):
            pairs = (each.partition("=") for each in attributes)
            return {"name": name, "value": value, **{key.lower(): end for key, _, end in pairs}}
    return {}


def test_a_person_signs_in_and_goes_where_they_were_going(studio: Studio) -> None:
    """The cookie is out of reach of scripts and of other sites, and of the public pages."""
    studio.token(Role.EDITOR)
    client = studio.client()
    way = "/studio/account?of=me"
    assert (
        'name="next" value="/studio/account?of=me"' in client.get("/studio/sign-in", next=way).text
    )
    answer = sign_in(client, " Editor@team.test ", next=way)
    assert (answer.status_code, answer.headers["location"]) == (303, way)
    set_to = cookie(answer)
    assert set_to.keys() >= {"httponly", "max-age"}
    assert (set_to["samesite"].lower(), set_to["path"]) == ("lax", "/studio")
    assert "Edda Writer" in client.get("/studio/account").text


def test_with_https_the_cookie_is_bound_to_its_host() -> None:
    """Secure, `__Host-`, for the whole host and no neighbour of it (RFC 6265bis)."""
    answer = Response()
    Cookies(https=True, secrets=(b"x" * 32,)).give_seat(answer, "token", 60)
    line = answer.headers["set-cookie"]
    assert line.startswith("__Host-newsletter-seat=token;")
    assert {"Path=/", "Secure", "HttpOnly"} <= set(line.split("; "))
    assert "Domain" not in line


@pytest.mark.parametrize(
    "way",
    [
        "https://evil.test/",
        "//evil.test/studio/",
        "/\\evil.test",
        "/studio/\\..\\evil",
        "/studio/\r\nSet-Cookie: x=1",
        "javascript:alert(1)",
        "/preferences",
        "/studio",
        "/studio/sign-in?next=/studio/sign-in",
        "/studio/sign-out",
        "/studio/link/abc",
        "/studio/" + "x" * 3000,
        "",
    ],
)
def test_nobody_is_led_elsewhere_by_a_link_to_the_door(way: str) -> None:
    """Whatever stands behind `next=`, one lands in the studio."""
    assert safe_way(way) == "/studio/"


def test_a_way_within_the_studio_is_kept() -> None:
    """With what stands behind its `?`."""
    assert safe_way("/studio/issues/why?part=findings&x=%20") == (
        "/studio/issues/why?part=findings&x=%20"
    )


def test_a_refusal_is_the_same_for_every_address(studio: Studio) -> None:
    """The page with the typed address and the same words; no cookie, no password in it."""
    studio.token(Role.EDITOR)
    client = studio.client()
    pages = []
    for email in ("editor@team.test", "nobody@team.test"):
        answer = sign_in(client, email, "a wrong password")
        assert answer.status_code == 400
        assert f'value="{email}"' in answer.text
        assert "a wrong password" not in answer.text
        assert not cookie(answer)
        pages.append(answer.text.replace(email, "EMAIL"))
    assert pages[0] == pages[1]


def test_signing_in_takes_a_new_session(studio: Studio) -> None:
    """A token that someone planted, or that was there before, is worth nothing afterwards."""
    before = studio.token(Role.EDITOR)
    client = studio.client(Role.EDITOR)
    new = cookie(sign_in(client, "editor@team.test"))["value"]
    assert new != before
    assert studio.side.accounts.seat(before) is None
    planted = studio.client()
    planted.asking.cookies.set(SEAT, "planted", domain="127.0.0.1", path="/studio")
    assert cookie(sign_in(planted, "editor@team.test"))["value"] != "planted"


def test_signing_out_ends_the_session(studio: Studio) -> None:
    """The cookie goes, and a copy of it opens nothing; only a form of the session itself does."""
    client, copy = studio.client(Role.EDITOR), studio.client(Role.EDITOR)
    assert client.post("/studio/sign-out", csrf="x").status_code == 403
    assert client.get("/studio/sign-out").status_code == 404
    assert copy.get("/studio/account").status_code == 200
    answer = client.post("/studio/sign-out")
    assert answer.headers["location"] == "/studio/sign-in"
    assert cookie(answer)["max-age"] == "0"
    assert copy.get("/studio/account").status_code == 303


def test_too_many_tries_are_told_to_wait(studio: Studio, clock: SettableClock) -> None:
    """429 with how long, in words and in Retry-After; afterwards the right password passes."""
    studio.token(Role.EDITOR)
    client = studio.client()
    for _ in range(10):
        sign_in(client, "editor@team.test", "a guess")
    answer = sign_in(client, "editor@team.test")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert "Wait 15 minutes" in answer.text
    clock.move(timedelta(minutes=15))
    assert sign_in(client, "editor@team.test").status_code == 303


def test_the_first_admin_begins_by_the_printed_link(studio: Studio) -> None:
    """The door says where the link comes from; it opens a form; the form makes the account."""
    client = studio.client()
    assert "newsletter people link" in client.get("/studio/sign-in").text
    link = f"/studio/link/{studio.side.accounts.first_link()}"
    assert "You are the first here" in client.get(link).text
    form = {"name": "Ada <b>", "email": "ada@team.test", "password": NEW}
    wrong = client.post(link, {**form, "password": "short", "name": ""})
    assert wrong.status_code == 400
    assert "it needs 12" in wrong.text
    assert "what you are called" in wrong.text
    assert 'value="ada@team.test"' in wrong.text
    answer = client.post(link, form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio/")
    assert cookie(answer)["value"]
    page = client.get("/studio/account").text
    assert "Ada &lt;b&gt;" in page
    assert "You are the first admin here" in page
    assert "newsletter people link" not in studio.client().get("/studio/sign-in").text


@pytest.mark.parametrize("how", ["used", "expired", "altered", "taken back"])
def test_a_link_that_has_ended_opens_nothing(
    studio: Studio, clock: SettableClock, how: str
) -> None:
    """Neither to look at nor to post to; the page says what to do."""
    accounts, admin = studio.side.accounts, studio.person(Role.ADMIN)
    token = accounts.invite("gina@team.test", Role.EDITOR, by=admin)
    if how == "used":
        accounts.accept(token, "Gina", NEW)
    elif how == "expired":
        clock.move(timedelta(days=7))
    elif how == "altered":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    else:
        accounts.uninvite(accounts.invitations()[0].id, by=admin)
    count = len(accounts.people())
    client = studio.client()
    for answer in (
        client.get(f"/studio/link/{token}"),
        client.post(f"/studio/link/{token}", {"name": "Eve", "password": NEW}),
    ):
        assert answer.status_code == 404
        assert "This link has ended" in answer.text
        assert not cookie(answer)
    assert len(accounts.people()) == count


def test_an_invitation_makes_what_it_says(studio: Studio) -> None:
    """Its role and address, whatever a hand-made form adds."""
    admin = studio.person(Role.ADMIN)
    token = studio.side.accounts.invite("gina@team.test", Role.EDITOR, by=admin)
    client = studio.client()
    page = client.get(f"/studio/link/{token}").text
    assert "Ada Min invites you as <strong>editor</strong>" in page
    form = {"name": "Gina", "password": NEW, "email": "eve@evil.test", "role": "admin"}
    client.post(f"/studio/link/{token}", form)
    gina = studio.side.accounts.person_at("gina@team.test")
    assert (gina.name, gina.role) == ("Gina", Role.EDITOR)
    assert client.get("/studio/people").status_code == 403


def test_looking_at_a_link_does_not_use_it(studio: Studio) -> None:
    """Programs that open links in messages cost nothing."""
    token = studio.side.accounts.first_link()
    client = studio.client()
    for _ in range(3):
        assert client.get(f"/studio/link/{token}").status_code == 200
    form = {"name": "Ada", "email": "ada@team.test", "password": NEW}
    assert client.post(f"/studio/link/{token}", form).status_code == 303
