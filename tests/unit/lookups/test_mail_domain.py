"""SPF, DKIM and DMARC, asked of a name server; and one click, asked of a web server."""

from __future__ import annotations

import pytest

from newsletter.checks import Standing
from newsletter.lookups import Follower, NameServer, ask_about, ask_one_click, sender_answer
from tests.unit.lookups.doors import open_door, open_name_server

GOOD = {
    "lumen.test": ['"v=spf1 include:sendgrid.net ~all"', '"site-verification=x"'],
    "s1._domainkey.lumen.test": ['"k=rsa; t=s; " "p=MIGfMA0"'],
    "s2._domainkey.lumen.test": ['"p=MIGfMA0"'],
    "_dmarc.lumen.test": ['"v=DMARC1; p=reject; rua=mailto:d@lumen.test"'],
}


def asked(records: dict[str, list[str]], domain: str = "lumen.test") -> dict[str, Standing | None]:
    """What comes of all questions, by a real name server on loopback."""
    with open_name_server(records) as port:
        found = ask_about(domain, NameServer(address="127.0.0.1", port=port))
    dkim = {f"DKIM {name}": answer.standing for name, answer in found.dkim.items()}
    return {"SPF": found.spf.standing, **dkim, "DMARC": found.dmarc.standing}


def test_a_domain_in_order_is_good_throughout() -> None:
    """Keys that are cut into several strings are put together."""
    assert set(asked(GOOD).values()) == {Standing.GOOD}


@pytest.mark.parametrize(
    ("name", "records", "what", "standing"),
    [
        ("lumen.test", [], "SPF", Standing.WEAK),
        ("lumen.test", ['"v=spf1 +all"'], "SPF", Standing.MISSING),
        ("lumen.test", ['"v=spf1 -all"', '"v=spf1 ~all"'], "SPF", Standing.MISSING),
        ("lumen.test", ['"v=spf10 x"'], "SPF", Standing.WEAK),
        ("s1._domainkey.lumen.test", ['"v=DKIM1; p="'], "DKIM s1", Standing.MISSING),
        ("s1._domainkey.lumen.test", ['"v=DKIM1; sp=x"'], "DKIM s1", Standing.MISSING),
        ("_dmarc.lumen.test", ['"v=DMARC1; p=none"'], "DMARC", Standing.WEAK),
        ("_dmarc.lumen.test", ['"v=DMARC1; sp=reject"'], "DMARC", Standing.MISSING),
        ("_dmarc.lumen.test", ['"v=DMARC1; sp=none; p=quarantine"'], "DMARC", Standing.GOOD),
        ("_dmarc.lumen.test", ['"v=DMARC1;p=none"', '"v=DMARC1"'], "DMARC", Standing.MISSING),
    ],
)  # fmt: skip
def test_each_fault_is_seen(name: str, records: list[str], what: str, standing: Standing) -> None:
    """Missing, open to all, doubled, revoked, or without a policy."""
    assert asked(GOOD | {name: records})[what] is standing


def test_dmarc_is_inherited_from_the_domain_above() -> None:
    """RFC 7489, 6.6.3: `news.lumen.test` has none, `lumen.test` has."""
    assert asked(GOOD, "news.lumen.test")["DMARC"] is Standing.GOOD


def test_a_name_that_does_not_exist_has_nothing() -> None:
    """NXDOMAIN is an answer, unlike silence."""
    assert asked({})["DMARC"] is Standing.MISSING


def test_silence_is_unknown_and_no_evidence() -> None:
    """Nobody answers at this port."""
    silent = NameServer(seconds=0.2, address="127.0.0.1", port=1)
    assert ask_about("lumen.test", silent).dmarc.standing is None
    assert sender_answer("lumen.test", silent) is None


def clicked(status: int, headers: dict[str, str]) -> tuple[bool, list[bytes]]:
    with open_door(lambda method, path: (status, headers)) as door:
        found = ask_one_click(door.url("/unsubscribe/x"), Follower(allows=lambda each: True))
        assert door.knocks == ["POST /unsubscribe/x"]
        return found.good, door.bodies


def test_one_click_is_posted_as_providers_do() -> None:
    """RFC 8058, 3.1: one field in the body, and 200 in answer."""
    assert clicked(200, {}) == (True, [b"List-Unsubscribe=One-Click"])


@pytest.mark.parametrize(
    ("status", "headers"), [(302, {"Location": "/login"}), (404, {}), (403, {}), (500, {})]
)
def test_anything_else_than_200_is_bad(status: int, headers: dict[str, str]) -> None:
    """A redirect most of all: it is not followed."""
    assert clicked(status, headers)[0] is False


def test_a_private_unsubscribe_host_is_told() -> None:
    """Readers could not reach it either."""
    found = ask_one_click("http://127.0.0.1:9/u/x", Follower())
    assert not found.good
    assert "not public" in found.told
