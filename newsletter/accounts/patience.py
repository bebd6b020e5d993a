"""How often one may try to sign in.

Three counts, each of 15 minutes or an hour from its first try: an address from one network, a
network whatever the address, an address wherever from. The last one is what guessing from many
networks meets; it does not hold up someone at a network they signed in from lately, so strangers
can not lock a person out by trying. A try that was refused counts nowhere, and so every count
ends however long someone goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Connection

from newsletter.accounts.office import Office
from newsletter.errors import TooManyRequests
from newsletter.model.person import Person
from newsletter.store.audit import did_from
from newsletter.store.sign_in_tries import forget_tries, give_back_try, prune_tries, take_try

SIGNED_IN = "signed in"
LATELY = timedelta(days=30)
_IPV6_BITS = 64  # one customer has at least that many


@dataclass(frozen=True, slots=True)
class _Count:
    what: str
    most: int
    span: timedelta


_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)
_MOST_OF_BOTH, _MOST_OF_NETWORK, _MOST_OF_ADDRESS = 10, 50, 50


def require_patience(
    office: Office, connection: Connection, key: str, ip: str, person: Person | None
) -> None:
    """Count one try.

    Args:
        key: the address that was typed.
        person: whose it is, if anybody's.

    Raises:
        TooManyRequests: says how long to wait.
    """
    now = office.now()
    for count in _counts(office, connection, key, ip, person):
        began = take_try(connection, count.what, count.most, now, now - count.span)
        if began is not None:
            raise _too_many(began + count.span - now)


def forgive(office: Office, connection: Connection, key: str, ip: str) -> None:
    """This was the right password: counts of the address begin anew."""
    forget_tries(connection, [_of_both(office, key, ip), _of_address(office, key)])
    give_back_try(connection, _of_network(office, ip))


def forget_counts(office: Office, connection: Connection, now: datetime) -> None:
    """Take away counts that are over."""
    prune_tries(connection, now - _HOUR)


def forgive_address(office: Office, connection: Connection, key: str) -> None:
    """A link was used: guesses of others hold its owner up no longer."""
    forget_tries(connection, [_of_address(office, key)])


def _counts(
    office: Office, connection: Connection, key: str, ip: str, person: Person | None
) -> list[_Count]:
    counts = [
        _Count(_of_both(office, key, ip), _MOST_OF_BOTH, _QUARTER),
        _Count(_of_network(office, ip), _MOST_OF_NETWORK, _QUARTER),
    ]
    if person is None or not _was_here(office, connection, person, ip):
        counts.append(_Count(_of_address(office, key), _MOST_OF_ADDRESS, _HOUR))
    return counts


def _was_here(office: Office, connection: Connection, person: Person, ip: str) -> bool:
    since = office.now() - LATELY
    return bool(ip) and did_from(connection, person.id, SIGNED_IN, ip, since)


def _of_both(office: Office, key: str, ip: str) -> str:
    return office.marks.counted(f"both {_network(ip)} {key}")


def _of_network(office: Office, ip: str) -> str:
    return office.marks.counted(f"network {_network(ip)}")


def _of_address(office: Office, key: str) -> str:
    return office.marks.counted(f"address {key}")


def _network(ip: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "nowhere"
    if isinstance(address, IPv6Address) and not address.ipv4_mapped:
        return str(ip_network((int(address), _IPV6_BITS), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _too_many(wait: timedelta) -> TooManyRequests:
    seconds = max(1, int(wait.total_seconds()))
    minutes = -(-seconds // 60)
    return TooManyRequests(
        f"Too many tries. Wait {minutes} minute{'' if minutes == 1 else 's'} and try again, "
        "or ask an admin for a new link.",
        seconds,
    )
