"""No import, no person of the site and no provider turns a no into a yes, in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
from sqlalchemy import select

from newsletter.errors import InputError
from newsletter.model.consent import Channel, ConsentStep, FormEvidence, SuppressionReason
from newsletter.model.site import Site
from newsletter.store import open_store
from newsletter.store.readers import suppression_of
from newsletter.store.subscribers import NewReader
from newsletter.store.tables import closed_address, consent, subscriber, system_mail
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import (
    No,
    Refusal,
    SignUp,
    Yes,
    bounce,
    bring_in,
    complain,
    confirm,
    erase_address,
    find,
    lift_bounce,
    open_reception,
    proof,
    refusals,
    sign_up,
    take_noes,
    unsubscribe,
    unsubscribe_address,
)
from newsletter.subscribing.limits import RequestLimits
from newsletter.tokens import Purpose, Signer
from tests.peers_ledger import SettableClock
from tests.unit.subscribing.house import ANN, EVIDENCE, NEVER, SECRET, House, make_house

DECLARED = FormEvidence(wording="They ticked the box in our shop.")


def _own_yes(house: House, email: str) -> None:
    house.wait(days=2)
    sign_up(house.reception, SignUp(email), EVIDENCE)
    with house.reception.store.read() as connection:
        newest = select(system_mail).where(system_mail.c.address == email)
        mail = connection.execute(newest.order_by(system_mail.c.id.desc())).first()
    if mail is not None and mail.name == "confirm":
        link = house.reception.signer.mark(Purpose.CONFIRM, mail.subscriber_id, mail.about)
        confirm(house.reception, link, EVIDENCE)


def _leave(house: House, email: str) -> None:
    reader = find(house.reception, email)
    if reader is not None:
        token = house.reception.signer.mark(Purpose.UNSUBSCRIBE, reader.id)
        unsubscribe(house.reception, token, Channel.ONE_CLICK)


def _import_yes(house: House, email: str) -> None:
    bring_in(house.reception, [Yes(NewReader(email, "Imported"), DECLARED)])


def _import_no(house: House, email: str) -> None:
    take_noes(house.reception, [No(email)])


def _lift(house: House, email: str) -> None:
    lift_bounce(house.reception, email, by="Ben", reason="typing mistake at their side")


OPERATIONS: dict[str, Callable[[House, str], None]] = {
    "own yes": _own_yes,
    "leave": _leave,
    "complain": lambda house, email: complain(house.reception, email),
    "bounce": lambda house, email: bounce(house.reception, email),
    "lift": _lift,
    "import yes": _import_yes,
    "import no": _import_no,
    "erase": lambda house, email: erase_address(house.reception, email) and None,
}


def _expected(operations: tuple[str, ...]) -> bool:
    """Whether letters may go, told by the rules alone."""
    word, bounced = "", False
    for operation in operations:
        match operation:
            case "own yes":
                word, bounced = "yes", False
            case "leave" if word == "yes":
                word = "no"
            case "complain" | "import no":
                word = "no"
            case "erase":
                word, bounced = "no", False
            case "bounce":
                bounced = True
            case "lift":
                bounced = False
            case "import yes" if not word and not bounced:
                word = "yes"
    return word == "yes" and not bounced


def _gets_letters(house: House, email: str) -> bool:
    reader = find(house.reception, email)
    with house.reception.store.read() as connection:
        suppressed = suppression_of(connection, email)
    return reader is not None and reader.status is Status.CONFIRMED and suppressed is None


@pytest.mark.parametrize("length", [3, pytest.param(4, marks=pytest.mark.long)])
def test_every_order_of_yes_and_no(site: Site, length: int) -> None:
    """After any order of any of eight things that happen to an address, letters go only to whom
    the rules let them go."""
    store = open_store("sqlite://", secret_fingerprint="test")
    house = make_house(store, site, SettableClock())
    for number, order in enumerate(permutations(OPERATIONS, length)):
        email = f"reader{number}@example.com"
        for operation in order:
            try:
                OPERATIONS[operation](house, email)
            except InputError:
                assert operation == "lift"  # nothing to lift, or nothing to lift by hand
        assert _gets_letters(house, email) is _expected(order), order
    store.close()


@pytest.mark.parametrize(
    "order",
    [
        ("import yes", "import no", "import yes"),
        ("import no", "import yes"),
        ("own yes", "leave", "import yes"),
        ("own yes", "erase", "import yes"),
        ("erase", "import no", "import yes"),
        ("own yes", "complain", "import yes", "lift"),
        ("own yes", "leave", "own yes", "import yes"),
        ("erase", "import yes", "own yes"),
    ],
)
def test_orders_on_both_databases(house: House, order: tuple[str, ...]) -> None:
    """The orders that people meet come to the same on either database."""
    for operation in order:
        try:
            OPERATIONS[operation](house, ANN)
        except InputError:
            assert operation == "lift"
    assert _gets_letters(house, ANN) is _expected(order)


def test_erase_then_import(house: House) -> None:
    """An erased address stays out of every list, and nothing but a keyed hash knows it."""
    house.join()
    reader = house.reader()
    erase_address(house.reception, ANN)
    done = bring_in(house.reception, [Yes(NewReader(ANN), DECLARED)])
    assert (done.imported, done.refused) == (0, {ANN: Refusal.ERASED})
    assert take_noes(house.reception, [No(ANN)]) == 0
    assert find(house.reception, ANN) is None
    with house.reception.store.read() as connection:
        rows = [*connection.execute(select(closed_address)), *connection.execute(select(consent))]
        rows += connection.execute(select(system_mail)).all()
        rows += connection.execute(select(subscriber)).all()
    assert ANN not in repr(rows)
    assert EVIDENCE.ip not in repr(rows)
    lines = proof(house.reception, ANN)
    assert [line.what for line in lines][-1] is ConsentStep.ERASED
    assert {line.subscriber for line in lines} == {reader}


def test_an_erased_reader_may_come_back_as_a_new_one(house: House) -> None:
    """Their own double opt-in opens the address again, under another number."""
    before = house.join()
    erase_address(house.reception, ANN)
    house.wait(days=1)
    assert house.join() != before
    assert bring_in(house.reception, [Yes(NewReader(ANN), DECLARED)]).updated == 1


def test_a_retired_key_still_keeps_an_address_out(house: House, site: Site) -> None:
    """After a key was changed, addresses erased under the old one stay closed."""
    erase_address(house.reception, ANN)
    plain = house.reception
    signer = Signer(["a new secret of the site", SECRET])
    limits = RequestLimits(by_place=(NEVER,), in_all=(NEVER,))
    later = open_reception(plain.store, site, signer, plain.clock, limits=limits)
    assert refusals(later, [ANN]) == {ANN: Refusal.ERASED}


def test_a_list_of_many_kinds(house: House) -> None:
    """New ones come in with their proof, unproved ones wait, refused ones are named."""
    house.join("known@example.com")
    house.join("left@example.com")
    unsubscribe_address(house.reception, "left@example.com", by="Ben")
    take_noes(
        house.reception,
        [
            No("cleaned@example.com", SuppressionReason.BOUNCE, "Mailchimp, cleaned"),
            No("both@example.com"),
            No("both@example.com", SuppressionReason.BOUNCE),
        ],
    )
    rows = ("new", "known", "left", "cleaned", "both")
    yeses = [Yes(NewReader(f"{name}@example.com"), DECLARED, note="shop") for name in rows]
    done = bring_in(house.reception, [*yeses, Yes(NewReader("waits@example.com"))])
    assert (done.imported, done.updated) == (2, 1)
    assert done.refused == {
        "left@example.com": Refusal.UNSUBSCRIBED,
        "cleaned@example.com": Refusal.SUPPRESSED,
        "both@example.com": Refusal.UNSUBSCRIBED,
    }
    assert house.status("waits@example.com") is Status.PENDING
    assert house.status("new@example.com") is Status.CONFIRMED
    (line,) = proof(house.reception, "new@example.com")
    assert (line.what, line.wording, line.note) == (
        ConsentStep.IMPORTED,
        DECLARED.wording,
        "shop",
    )
    again = bring_in(house.reception, yeses)
    assert (again.imported, len(proof(house.reception, "new@example.com"))) == (0, 1)


def test_an_import_proves_what_a_pending_reader_lacked(house: House) -> None:
    """Who typed their address here and is in a list with proof of a yes is confirmed."""
    house.sign_up()
    assert bring_in(house.reception, [Yes(NewReader(ANN), DECLARED)]).updated == 1
    assert house.status() is Status.CONFIRMED


def test_a_bounce_is_lifted_with_a_reason_only(house: House) -> None:
    """A person of the site lifts a bounce and says why; a complaint is the reader's own."""
    house.join()
    bounce(house.reception, ANN, "550 no such user")
    with pytest.raises(InputError, match="Say why"):
        lift_bounce(house.reception, ANN, by="Ben", reason=" ")
    lift_bounce(house.reception, ANN, by="Ben", reason="their server was down")
    assert _gets_letters(house, ANN)
    assert proof(house.reception, ANN)[-1].note == "Ben: their server was down"
    complain(house.reception, ANN)
    with pytest.raises(InputError, match="Only its owner"):
        lift_bounce(house.reception, ANN, by="Ben", reason="please")
