"""Groups of test addresses."""

from __future__ import annotations

import pytest

from newsletter.errors import NotFound, UsageError
from newsletter.publishing import neutral_reader
from newsletter.reviewing.groups import (
    addresses_of,
    drop_group,
    read_addresses,
    save_group,
    send_tests,
)
from newsletter.store.reviews import all_groups
from tests.peers_ledger import ScriptedTransport
from tests.unit.reviewing.review import Review


def test_addresses_are_read_as_people_paste_them(review: Review) -> None:
    """With commas, semicolons, lines or brackets, each address once."""
    typed = "Ann@example.com, bo@example.com;\n<cy@example.com> ann@example.com"
    assert read_addresses(typed) == ("ann@example.com", "bo@example.com", "cy@example.com")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "at least one"),
        ("ann, bo@example.com", "Not an e-mail address: ann"),
        (" ".join(f"r{at}@example.com" for at in range(21)), "at most 20"),
    ],
)
def test_wrong_addresses_are_named(typed: str, told: str) -> None:
    """All of them, and a group stays small."""
    with pytest.raises(UsageError, match=told):
        read_addresses(typed)


def test_a_group_is_saved_changed_and_dropped(review: Review) -> None:
    """Its name is its own."""
    save_group(review.room, "Office", "ann@example.com", by="Mira")
    with review.store.read() as connection:
        (group,) = all_groups(connection)
    assert addresses_of(review.room, group.id) == ("ann@example.com",)
    with pytest.raises(UsageError, match="already"):
        save_group(review.room, "office", "bo@example.com", by="Mira")
    save_group(review.room, "Office", "bo@example.com", by="Mira", group_id=group.id)
    assert addresses_of(review.room, group.id) == ("bo@example.com",)
    drop_group(review.room, group.id)
    with pytest.raises(NotFound):
        addresses_of(review.room, group.id)
    with pytest.raises(NotFound):
        save_group(review.room, "Office", "bo@example.com", by="Mira", group_id=group.id)


def test_a_test_goes_to_the_group_and_nobody_else(review: Review) -> None:
    """With `[Test]` before the subject, in the variant that was chosen."""
    transport, composition = ScriptedTransport(), review.compose()
    to = ["ann@example.com", "bo@example.com"]
    variant = composition.renditions.renditions[0].variant
    tried = send_tests(composition, transport, to, neutral_reader(composition.site), variant)
    assert [each.address for each in tried] == to
    assert dict(transport.taken) == dict.fromkeys(to, 1)
    assert transport.sent[0].letter.subject.startswith("[Test] ")


def test_a_test_is_no_way_to_mail_a_list(review: Review) -> None:
    """More than twenty addresses get nothing."""
    transport, composition = ScriptedTransport(), review.compose()
    many = [f"r{at}@example.com" for at in range(21)]
    with pytest.raises(UsageError):
        send_tests(composition, transport, many, neutral_reader(composition.site), "")
    assert transport.sent == []
