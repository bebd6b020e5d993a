"""Groups of test addresses, and test mails to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from newsletter.errors import NotFound, UsageError
from newsletter.model.review import TestGroup
from newsletter.model.transport import Transport
from newsletter.publishing import Composition, Tried, send_test_mails
from newsletter.reviewing.links import Reviewing, one_line
from newsletter.store.reviews import (
    all_groups,
    change_group,
    delete_group,
    find_group,
    insert_group,
)
from newsletter.subscribing.addresses import normalise

MOST_ADDRESSES = 20
_BETWEEN = re.compile(r"[\s,;]+")


def read_addresses(typed: str) -> tuple[str, ...]:
    """Addresses as people type or paste them, each once.

    Raises UsageError: names every one that is none, or says that there are too many or none.
    """
    found: dict[str, None] = {}
    wrong = []
    for each in filter(None, _BETWEEN.split(typed)):
        try:
            found[normalise(each.strip("<>"))] = None
        except UsageError:
            wrong.append(each)
    if wrong:
        raise UsageError(f"Not an e-mail address: {', '.join(wrong[:5])}.")
    if not found:
        raise UsageError("Type at least one e-mail address.")
    if len(found) > MOST_ADDRESSES:
        raise UsageError(f"A group has at most {MOST_ADDRESSES} addresses; these are {len(found)}.")
    return tuple(found)


def save_group(room: Reviewing, name: str, typed: str, *, by: str, group_id: int = 0) -> None:
    """Write a group, new or in the place of one.

    Raises:
        UsageError: no name, a name that is taken, or addresses that are none.
        NotFound: the group is gone.
    """
    name = one_line(name)
    if not name:
        raise UsageError("Give the group a name.")
    addresses = read_addresses(typed)
    with room.store.write() as connection:
        now = room.store.now(connection)
        if _is_taken(all_groups(connection), name, group_id):
            raise UsageError(f'There is a group named "{name}" already.')
        if group_id and not change_group(connection, group_id, name, addresses, by, now):
            raise NotFound("This group is gone.")
        if not group_id and not insert_group(connection, name, addresses, by, now):
            raise UsageError(f'There is a group named "{name}" already.')


def drop_group(room: Reviewing, group_id: int) -> None:
    """Take a group away; one that is gone stays gone."""
    with room.store.write() as connection:
        delete_group(connection, group_id)


def addresses_of(room: Reviewing, group_id: int) -> tuple[str, ...]:
    """Where tests to a group go; raises NotFound."""
    with room.store.read() as connection:
        found = find_group(connection, group_id)
    if found is None:
        raise NotFound("This group is gone.")
    return found.addresses


def send_tests(
    composition: Composition,
    transport: Transport,
    addresses: Sequence[str],
    reader: Mapping[str, str],
    variant: str,
) -> tuple[Tried, ...]:
    """Send test mails to at most so many addresses as a group has; see `publishing.trying`.

    Raises:
        UsageError: too many addresses, or no such variant.
    """
    if len(addresses) > MOST_ADDRESSES:
        raise UsageError(f"A test goes to at most {MOST_ADDRESSES} addresses.")
    return send_test_mails(composition, transport, list(addresses), reader, variant)


def _is_taken(groups: Sequence[TestGroup], name: str, own: int) -> bool:
    return any(each.id != own and each.name.casefold() == name.casefold() for each in groups)
