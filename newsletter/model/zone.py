"""Names of time zones (IANA Time Zone Database)."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})


@cache
def known_zones() -> frozenset[str]:
    """Every zone name this machine's database has, without those that differ by machine."""
    return frozenset(available_timezones()) - _NOT_PLACES


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone, spelt exactly: `Europe/Berlin`."""
    return name in known_zones()
