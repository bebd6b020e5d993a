"""Whatever is posted to whichever form, the answer is never a 5xx."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newsletter.model.consent import Channel, FormEvidence, RequestKind
from newsletter.store.requests import open_request
from newsletter.subscribing.leaving import unsubscribe
from newsletter.subscribing.limits import RequestLimits
from newsletter.subscribing.signing_up import SignUp, sign_up
from newsletter.tokens import Purpose
from newsletter.web import Served
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import confirm_token, mark
from tests.unit.web.public.conftest import client
from tests.unit.web.public.stage import Stage

Pairs = list[tuple[str, bytes]]

NAMES = {
    "subscribe": ("stamp", "email", "first_name", "interests", "clinic", "website", "form"),
    "embed": ("form", "email", "first_name", "interests", "clinic"),
    "confirm": ("again",),
    "preferences": ("action", "interests", "days", "sure", "first_name", "email"),
    "details": ("first_name", "clinic"),
    "address": ("email",),
    "erase": ("sure",),
    "unsubscribe": ("List-Unsubscribe", "reason"),
    "undo": ("x",),
    "reason": ("reason", "words"),
    "move": ("x",),
}
# What each form holds whatever else is posted, so that its own code is reached.
ALWAYS: dict[str, Pairs] = {
    "embed": [("form", b"embed")],
    "details": [("action", b"details")],
    "address": [("action", b"address")],
    "erase": [("action", b"erase")],
}
LIKELY = st.sampled_from(
    [
        *(b"tips", b"ann@example.com", b"yes", b"30", b"0", b"fresh", b"pause", b"download"),
        *(b"One-Click", b"embed", b"berlin", "ann@bücher.example".encode(), b"\xc2\xb2"),
        *("zo\xeb".encode("latin-1"), "ann".encode("utf-16"), b"\xff\xfe\x00", b"\xed\xa0\x80"),
        *(b"x" * 2_001, b"=HYPERLINK(1)", b"\x00", b"\r\nBcc: a@b.c", b"9" * 400),
    ]
)
VALUE = LIKELY | st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8"))
KINDS = ("urlencoded", "multipart", "multipart with files", "raw")


def form(name: str) -> st.SearchStrategy[Pairs]:
    """Fields of a form: any, none, again and again, and some it does not have."""
    pair = st.tuples(st.sampled_from((*NAMES[name], "nobody[]", "")), VALUE)
    return st.lists(pair, max_size=6).map(lambda pairs: ALWAYS.get(name, []) + pairs)


def posted(pairs: Pairs, kind: str) -> tuple[str, bytes]:
    """Content type and body."""
    if kind == "urlencoded":
        body = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)
        return "application/x-www-form-urlencoded; charset=latin-1", body.encode()
    if kind == "raw":
        return "application/x-www-form-urlencoded", b"&".join(value for _, value in pairs)
    file = b'; filename="x"\r\nContent-Type: text/html' if kind.endswith("files") else b""
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name.encode(), file, value)
        for name, value in pairs
    )
    return "multipart/form-data; boundary=b", b"".join(parts) + b"--b--\r\n"


@pytest.fixture
def stage(repository_site: Path, tmp_path: Path) -> Iterator[Stage]:
    """A site where nobody counts requests."""
    database = f"sqlite:///{tmp_path}/newsletter.db"
    nobody_counts = RequestLimits((), ())
    with Stage(
        repository_site, database_url=database, clock=SettableClock(), limits=nobody_counts
    ) as made:
        yield made


def address_of(stage: Stage, name: str) -> str:
    """Where a form is posted to, behind a link that opens all it can."""
    ann, left = stage.reader("ann@example.com"), stage.reader("left@example.com")
    sign_up(stage.reception, SignUp("new@example.com"), FormEvidence())
    token = mark(stage, Purpose.UNSUBSCRIBE, left)
    gone = unsubscribe(stage.reception, token, Channel.PAGE, FormEvidence())
    assert gone is not None
    soon = stage.clock.now() + timedelta(minutes=20)
    details = {"new_email": "anna@example.com"}
    with stage.store.write() as connection:
        fresh, moving = (
            open_request(connection, kind, ann, stage.clock.now(), soon, told)
            for kind, told in ((RequestKind.FRESH, {}), (RequestKind.ADDRESS_CHANGE, details))
        )
    by: dict[str, Callable[[], str]] = {
        "confirm": lambda: f"/confirm/{confirm_token(stage)}",
        "preferences": lambda: f"/preferences/{mark(stage, Purpose.PREFERENCES, ann)}",
        "unsubscribe": lambda: f"/unsubscribe/{mark(stage, Purpose.UNSUBSCRIBE, ann)}",
        "undo": lambda: f"/undo/{gone.undo}",
        "reason": lambda: f"/reason/{gone.undo}",
        "move": lambda: f"/address/{mark(stage, Purpose.ADDRESS_CHANGE, ann, moving)}",
        "subscribe": lambda: "/subscribe",
        "embed": lambda: "/subscribe",
    }
    return by.get(name, lambda: f"/preferences/{mark(stage, Purpose.FRESH, ann, fresh)}")()


@pytest.mark.parametrize("name", NAMES)
def test_no_form_breaks(stage: Stage, clock: SettableClock, name: str) -> None:
    """Odd encodings, files, repeated, missing and endless fields: each gets a page of ours."""
    path = address_of(stage, name)
    stamp = stage.reception.stamps.make("sign-up").encode()
    clock.wait(5)
    signed: Pairs = [("stamp", stamp)] if name == "subscribe" else []
    with Served(stage.public) as served, client(served) as asking:

        @given(form(name), st.sampled_from(KINDS))
        @example([], "urlencoded")
        @example([("x", b"")] * 70, "multipart")
        @example([(NAMES[name][0], b"%41" * 9_000)], "urlencoded")
        @example([(NAMES[name][-1], b"\xff" * 20_000)], "multipart")
        @settings(
            max_examples=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def every(pairs: Pairs, kind: str) -> None:
            content_type, body = posted(signed + pairs, kind)
            answer = asking.post(path, content=body, headers={"content-type": content_type})
            assert answer.status_code in (200, 400, 404, 410, 413), answer.text
            clock.wait(700)

        every()
