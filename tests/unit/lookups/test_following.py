"""Links are followed carefully: few steps, little time, and never into our own network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.checks import LinkAnswer
from newsletter.lookups import Follower, follow_all, is_public, remembered
from tests.unit.lookups.doors import Answer, open_door

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def to_loopback(host: str, port: int) -> Sequence[str]:
    """Every name leads to this machine, as a name server on the way would say."""
    return ("127.0.0.1",)


def anybody() -> Follower:
    return Follower(resolve=to_loopback, allows=lambda address: True, seconds=2.0)


def ways(method: str, path: str) -> Answer:
    """A site with a page, a moved page, a circle, a picky page and a missing one."""
    if path == "/moved":
        return 301, {"Location": "/page?a=1"}
    if path.startswith("/circle"):
        return 302, {"Location": f"/circle{len(path)}"}
    if path == "/picky":
        return (405 if method == "HEAD" else 200), {}
    return (404 if path == "/missing" else 200), {}


def test_a_page_is_asked_by_head_alone() -> None:
    """One request, and its words are not fetched."""
    with open_door(ways) as door:
        assert anybody().follow(door.url("/page")).status == 200
        assert door.knocks == ["HEAD /page"]


def test_get_is_tried_where_head_is_not_liked() -> None:
    """Some servers answer 405 or 404 to HEAD and have the page all the same."""
    with open_door(ways) as door:
        assert anybody().follow(door.url("/picky")).status == 200
        assert anybody().follow(door.url("/missing")).status == 404
        assert door.knocks[:2] == ["HEAD /picky", "GET /picky"]


def test_redirects_are_followed_and_counted() -> None:
    """A relative one too; the answer says where it ended."""
    with open_door(ways) as door:
        found = anybody().follow(door.url("/moved"))
        assert (found.status, found.hops) == (200, 1)
        assert found.address == door.url("/page?a=1")


def test_a_circle_ends_after_three_hops() -> None:
    """The fourth is counted and not followed."""
    with open_door(ways) as door:
        assert anybody().follow(door.url("/circle")).hops == 4
        assert len(door.knocks) == 4


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1",
        "2002:0a00:0001::1", "::",
    ],
)  # fmt: skip
def test_addresses_of_our_own_network_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared and multicast ones, in both families."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_world_are(address: str) -> None:
    """Whatever the family."""
    assert is_public(address)


def test_a_private_address_is_refused_before_any_connection() -> None:
    """By name or by number, nobody hears a knock."""
    with open_door(ways) as door:
        careful = Follower(resolve=to_loopback)
        for host in ("intranet.example.com", "127.0.0.1"):
            found = careful.follow(door.url(host=host))
            assert "not public" in found.reason
        assert door.knocks == []


def test_one_private_answer_among_public_ones_is_enough() -> None:
    """A name that leads to both would be a way in."""
    mixed = Follower(resolve=lambda host, port: ("93.184.216.34", "10.0.0.1"))
    assert "10.0.0.1" in mixed.follow("http://example.com/").reason


def test_a_redirect_into_our_network_is_refused() -> None:
    """Each step is judged anew."""
    inside = "http://inside.test/secret"
    names = {"outside.test": "127.0.0.1", "inside.test": "10.0.0.1"}
    with open_door(lambda method, path: (302, {"Location": inside})) as door:
        careful = Follower(
            resolve=lambda host, port: (names[host],), allows=lambda each: each == "127.0.0.1"
        )
        found = careful.follow(door.url(host="outside.test"))
    assert found.reason == "inside.test leads to 10.0.0.1, which is not public"


def test_a_name_that_changes_its_mind_is_asked_once() -> None:
    """DNS rebinding: the connection goes to the address that was judged, not to the next answer."""
    answers = iter(["127.0.0.1", "10.0.0.1"])
    with open_door(ways) as door:
        careful = Follower(
            resolve=lambda host, port: (next(answers),), allows=lambda each: each == "127.0.0.1"
        )
        assert careful.follow(door.url("/page", host="rebinding.test")).status == 200
        assert door.knocks == ["HEAD /page"]


@pytest.mark.parametrize("address", ["ftp://a.test/", "https://", "http://[broken", "http://x:y/"])
def test_what_is_no_web_address_is_no_crash(address: str) -> None:
    """The reason says so."""
    assert anybody().follow(address).reason


def test_nobody_there_is_told_in_words() -> None:
    """A closed door, an unknown host, and a server that does not speak HTTP."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert "refused" in anybody().follow(address).reason
    unknown = Follower(resolve=_no_such_host)
    assert unknown.follow("http://nowhere.test/").reason == "there is no such host"


def _no_such_host(host: str, port: int) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_all_links_together_have_their_time() -> None:
    """A page that never answers is left, and told as not asked; the others are there."""
    held = threading.Event()

    def slow(method: str, path: str) -> Answer:
        if path == "/slow":
            held.wait(5)
        return 200, {}

    with open_door(slow) as door:
        found = follow_all([door.url("/slow"), door.url("/page")], anybody(), seconds=0.5)
        held.set()
    assert found[door.url("/page")].status == 200
    assert found[door.url("/slow")].asked is False


class Web:
    """Answers, and counts how often it is asked."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[str] = []

    def __call__(self, addresses: Sequence[str]) -> dict[str, LinkAnswer]:
        self.asked += addresses
        return {each: LinkAnswer(self.status, hops=1) for each in addresses}


def test_good_answers_are_kept_for_a_day(tmp_path: Path) -> None:
    """The second check asks nobody; the one of the day after does."""
    web = Web()
    for hours in (0, 23, 25):
        later = NOW + timedelta(hours=hours)
        found = remembered(tmp_path / "var", later, ["https://a.test/"], web)
        assert found["https://a.test/"].hops == 1
    assert len(web.asked) == 2


def test_bad_answers_are_asked_again(tmp_path: Path) -> None:
    """Who mended a link wants to see it mended."""
    web = Web(404)
    remembered(tmp_path, NOW, ["https://a.test/"], web)
    remembered(tmp_path, NOW, ["https://a.test/"], web)
    assert len(web.asked) == 2


@pytest.mark.parametrize("content", [b"", b"[]", b'{"https://a.test/": 7}', b"\xff"])
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    """It is only a memory."""
    (tmp_path / "links.json").write_bytes(content)
    assert remembered(tmp_path, NOW, ["https://a.test/"], Web())["https://a.test/"].status == 200
