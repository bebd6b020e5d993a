"""Readers in the studio: searched, looked at, changed, let go; and only by admins."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import select

from newsletter.model.consent import ConsentStep
from newsletter.model.person import Role
from newsletter.store.readers import Reader, find_reader, reader_at, tags_of
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.store.tables import audit, consent
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.adding import add_by_hand
from tests.peers_ledger import SettableClock, World
from tests.studio import Client, Studio

ANN = "ann@example.com"


@pytest.fixture
def admin(studio: Studio) -> Client:
    """An admin's browser."""
    return studio.client(Role.ADMIN)


@pytest.fixture
def ann(studio: Studio) -> Reader:
    """A reader who signed a card."""
    said = {"email": ANN, "first_name": "Ann <b>", "tags": "vip", "clinic": "berlin"}
    add_by_hand(studio.app.reception(studio.store), said, "Signed the card: yes, letters.")
    return known(studio)


def known(studio: Studio, email: str = ANN) -> Reader:
    """The reader of that address."""
    with studio.store.read() as connection:
        reader = reader_at(connection, email)
    assert reader is not None
    return reader


def logged(studio: Studio) -> list[tuple[str, str]]:
    """What the audit log says was done, to what."""
    with studio.store.read() as connection:
        rows = connection.execute(select(audit.c.action, audit.c.subject).order_by(audit.c.id))
        return [(row.action, row.subject) for row in rows]


def test_readers_are_found_and_narrowed_down(studio: Studio, admin: Client, ann: Reader) -> None:
    """The page says what kind of search it is, and keeps what was asked for."""
    import_readers(studio.store, [NewReader("bob@example.com", "Bob")], studio.app.clock.now())
    everyone = admin.get("/studio/readers").text
    assert ANN in everyone
    assert "bob@example.com" in everyone
    found = admin.get("/studio/readers?q=an&tag=vip&a.clinic=berlin").text
    assert ANN in found
    assert "Ann &lt;b&gt;" in found
    assert "bob@example.com" not in found
    assert "begins with this" in found
    nobody = admin.get("/studio/readers", q="nn@ex")
    assert "Nobody found" in nobody.text
    anywhere = admin.get("/studio/readers", q="nn@ex", look="anywhere")
    assert ANN in anywhere.text
    assert "reads every reader" in anywhere.text


def test_a_long_list_is_leafed_through(studio: Studio, admin: Client) -> None:
    """Fifty a page, and a link to the next with the same filters."""
    World(studio.store, SettableClock()).readers(60)
    first = admin.get("/studio/readers", standing="mailable").text
    assert "60 readers" in first
    assert first.count("@reader.test") == 50
    second = admin.get(
        "/studio/readers?"
        + first.split('rel="next" href="?')[1].split('"')[0].replace("&amp;", "&")
    )
    assert second.text.count("@reader.test") == 10


def test_growth_is_told_with_its_numbers(admin: Client, ann: Reader) -> None:
    """One reader brought in today stands in the chart's table."""
    page = admin.get("/studio/readers", days="30").text
    assert "<strong>1</strong> brought in" in page
    assert "chart-growth" in page
    assert "chart-growth" not in admin.get("/studio/readers", q="ann").text


def test_a_reader_is_added_with_the_words_they_agreed_to(studio: Studio, admin: Client) -> None:
    """The words are proof; without them the reader waits, and the address is in no log."""
    answer = admin.post(
        "/studio/readers/add",
        {"email": "New@Example.com", "first_name": "Nia", "consent": "By phone: yes, please."},
    )
    reader = known(studio, "new@example.com")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/studio/readers/{reader.id}"
    assert reader.status is Status.CONFIRMED
    assert "By phone: yes, please." in admin.get(f"/studio/readers/{reader.id}").text
    admin.post("/studio/readers/add", {"email": "waits@example.com"})
    assert known(studio, "waits@example.com").status is Status.PENDING
    assert ("added a reader", f"reader {reader.id}") in logged(studio)
    assert not any("@" in subject for _, subject in logged(studio)[-2:])


def test_a_form_with_a_mistake_keeps_what_was_typed(admin: Client) -> None:
    """All that is wrong is said, and nothing is added."""
    answer = admin.post("/studio/readers/add", {"email": "no address", "first_name": "Nia"})
    assert answer.status_code == 400
    assert "not an e-mail address" in answer.text
    assert 'value="Nia"' in answer.text


def test_a_reader_is_edited(studio: Studio, admin: Client, ann: Reader) -> None:
    """What is typed is saved, and the history says who changed what; consent stays."""
    path = f"/studio/readers/{ann.id}/edit"
    typed = {"first_name": "Anne", "tags": "gold, new", "zone": "", "a.clinic": "hamburg"}
    assert admin.post(path, {**typed, "interests": ["tips", "news"]}).status_code == 303
    changed = known(studio)
    assert (changed.first_name, dict(changed.attributes)) == ("Anne", {"clinic": "hamburg"})
    assert set(changed.interests or ()) == {"tips", "news"}
    assert changed.status is Status.CONFIRMED
    with studio.store.read() as connection:
        assert tags_of(connection, ann.id) == ("gold", "new")
    page = admin.get(f"/studio/readers/{ann.id}").text
    assert "Ada Min: clinic, first name, tags" in page or "Ada Min: first name" in page
    wrong = admin.post(path, {**typed, "zone": "Mars/Base", "interests": "tips"})
    assert wrong.status_code == 400
    assert "Mars/Base" in wrong.text


def test_a_reader_is_unsubscribed_by_phone(studio: Studio, admin: Client, ann: Reader) -> None:
    """The no is proof with who took it and why."""
    admin.post(f"/studio/readers/{ann.id}/unsubscribe", {"reason": "called us"})
    assert known(studio).status is Status.UNSUBSCRIBED
    page = admin.get(f"/studio/readers/{ann.id}").text
    assert "Ada Min: called us" in page
    assert ("unsubscribed a reader", f"reader {ann.id}") in logged(studio)


def test_erasing_asks_for_the_address(studio: Studio, admin: Client, ann: Reader) -> None:
    """It says what stays; a wrong word erases nobody; afterwards the log holds a number only."""
    path = f"/studio/readers/{ann.id}/erase"
    assert "What stays" in admin.get(path).text
    assert admin.post(path, {"typed": "bob@example.com"}).status_code == 400
    assert known(studio).status is Status.CONFIRMED
    assert admin.post(path, {"typed": ANN}).status_code == 303
    with studio.store.read() as connection:
        erased = find_reader(connection, ann.id)
    assert erased is not None
    assert erased.status is Status.ERASED
    assert logged(studio)[-1] == ("erased a reader", f"reader {ann.id}")
    assert admin.get(f"/studio/readers/{ann.id}").status_code == 404


def test_proof_and_data_are_handed_out(admin: Client, ann: Reader) -> None:
    """The proof shows the exact words; the data are JSON to download."""
    proof = admin.get(f"/studio/readers/{ann.id}/proof").text
    assert "Signed the card: yes, letters." in proof
    assert "SHA-256" in proof
    data = admin.post(f"/studio/readers/{ann.id}/data.json")
    assert "attachment" in data.headers["content-disposition"]
    assert json.loads(data.text)["address"] == ANN


def test_a_letter_is_shown_as_it_was_sent(studio: Studio, admin: Client) -> None:
    """Filled with the reader's values, shut in by its policy, without their personal links."""
    world = World(studio.store, SettableClock(datetime.now(UTC)))
    world.begin(3)
    world.run()
    reader = known(studio, "r00001@reader.test")
    page = admin.get(f"/studio/readers/{reader.id}").text
    assert "Letter 12" in page
    path = page.split("/letters/")[1].split('"')[0]
    shown = admin.get(f"/studio/readers/{reader.id}/letters/{path}")
    assert 'sandbox="allow-same-origin"' in shown.text
    mail = admin.get(f"/studio/readers/{reader.id}/letters/{path}/mail")
    assert "Hello N1" in mail.text
    assert "/u/" not in mail.text
    policy = mail.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-same-origin; default-src 'none'")
    other = known(studio, "r00002@reader.test")
    assert admin.get(f"/studio/readers/{other.id}/letters/{path}/mail").status_code == 404


def test_a_file_of_nobody_knows_whom_is_not_written(studio: Studio, admin: Client) -> None:
    """A status that is none exports nobody instead of everybody, and names no file."""
    answer = admin.post("/studio/readers/export", {"status": 'x"\nSet-Cookie: a'})
    assert answer.status_code == 400
    assert "content-disposition" not in answer.headers


def test_an_audience_is_exported(studio: Studio, admin: Client, ann: Reader) -> None:
    """As CSV that no spreadsheet runs; that it happened is written down."""
    reader = NewReader("bob@example.com", "=cmd()", {"clinic": "hamburg"})
    import_readers(studio.store, [reader], studio.app.clock.now())
    answer = admin.post("/studio/readers/export", {"audience": "hamburg", "status": "confirmed"})
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["email"], row["first_name"]) for row in rows] == [("bob@example.com", "'=cmd()")]
    assert logged(studio)[-1] == ("exported readers", "hamburg")


def test_every_step_of_proof_has_words(studio: Studio, admin: Client, ann: Reader) -> None:
    """No step, channel or state is without words on the page."""
    with studio.store.write() as connection:
        line = connection.execute(select(consent).limit(1)).one()._asdict()
        for step in ConsentStep:
            connection.execute(consent.insert().values({**line, "id": None, "what": step}))
    assert admin.get(f"/studio/readers/{ann.id}").status_code == 200


OPEN: tuple[Callable[[int], tuple[str, str]], ...] = (
    lambda reader: ("get", "/studio/readers"),
    lambda reader: ("get", "/studio/readers/add"),
    lambda reader: ("post", "/studio/readers/add"),
    lambda reader: ("get", "/studio/readers/export"),
    lambda reader: ("post", "/studio/readers/export"),
    lambda reader: ("get", f"/studio/readers/{reader}"),
    lambda reader: ("get", f"/studio/readers/{reader}/edit"),
    lambda reader: ("post", f"/studio/readers/{reader}/edit"),
    lambda reader: ("post", f"/studio/readers/{reader}/unsubscribe"),
    lambda reader: ("post", f"/studio/readers/{reader}/lift"),
    lambda reader: ("post", f"/studio/readers/{reader}/erase"),
    lambda reader: ("get", f"/studio/readers/{reader}/proof"),
    lambda reader: ("post", f"/studio/readers/{reader}/data.json"),
    lambda reader: ("get", f"/studio/readers/{reader}/letters/1"),
    lambda reader: ("get", f"/studio/readers/{reader}/letters/1/mail"),
    lambda reader: ("get", "/studio/readers/import"),
    lambda reader: ("post", "/studio/readers/import"),
    lambda reader: ("get", "/studio/readers/import/0123456789abcdef/progress"),
    lambda reader: ("get", "/studio/readers/import/0123456789abcdef/rejected/0"),
    lambda reader: ("post", "/studio/readers/import/0123456789abcdef/run"),
)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.PUBLISHER])
def test_nobody_but_an_admin_sees_a_reader(studio: Studio, ann: Reader, role: Role) -> None:
    """By whatever hand-made request: 403, and no address in the answer."""
    browser = studio.client(role)
    for asked in OPEN:
        method, path = asked(ann.id)
        answer = browser.get(path) if method == "get" else browser.post(path, {"typed": ANN})
        assert answer.status_code == 403, path
        assert ANN not in unescape(answer.text)
    assert known(studio).status is Status.CONFIRMED


def test_no_change_without_the_sessions_secret(studio: Studio, admin: Client, ann: Reader) -> None:
    """A form of another site erases nobody."""
    answer = admin.post(f"/studio/readers/{ann.id}/erase", {"typed": ANN}, csrf="")
    assert answer.status_code == 403
    assert known(studio).status is Status.CONFIRMED
