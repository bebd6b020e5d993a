"""What is known of email clients: which feature works where, and when that was tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.resources import files
from types import MappingProxyType

import orjson

FACTS = "facts.json"
OLD_AFTER_YEARS = 3

_FAMILIES = {
    "aol": "AOL", "apple-mail": "Apple Mail", "fastmail": "Fastmail", "free-fr": "Free",
    "gmail": "Gmail", "gmx": "GMX", "hey": "HEY", "ionos-1and1": "IONOS", "laposte": "LaPoste",
    "mail-ru": "Mail.ru", "orange": "Orange", "outlook": "Outlook", "protonmail": "Proton Mail",
    "rainloop": "RainLoop", "samsung-email": "Samsung Email", "sfr": "SFR",
    "t-online-de": "T-Online", "thunderbird": "Thunderbird", "web-de": "WEB.DE",
    "wp-pl": "WP.pl", "yahoo": "Yahoo",
}  # fmt: skip
_PLATFORMS = {
    "android": "Android", "desktop-webmail": "web", "ios": "iOS", "macos": "macOS",
    "mobile-webmail": "mobile web", "outlook-com": "Outlook.com", "windows": "Windows",
    "windows-mail": "Windows Mail",
}  # fmt: skip


class Verdict(StrEnum):
    """Whether a feature works in a client, by the latest test."""

    YES = "y"
    NO = "n"
    PARTLY = "a"
    UNKNOWN = "u"


_VERDICTS = {verdict.value: verdict for verdict in Verdict}


@dataclass(frozen=True)
class Facts:
    """The table of one day.

    Attributes:
        updated: the day of the whole table.
        clients: `family.platform`, in the order of the letters.
        features: slug -> (day of the last test, a letter for each client).
    """

    updated: date
    clients: tuple[str, ...]
    features: Mapping[str, tuple[date, str]]

    def verdict(self, slug: str, client: str) -> Verdict:
        """What the latest test says; unknown where nobody tested."""
        column = self._columns.get(client)
        letter = "" if column is None else self.features[slug][1][column]
        return _VERDICTS.get(letter, Verdict.UNKNOWN)

    def tested(self, slug: str) -> date:
        """The day of a feature's last test."""
        return self.features[slug][0]

    @cached_property
    def _columns(self) -> Mapping[str, int]:
        return {client: at for at, client in enumerate(self.clients)}


@lru_cache(maxsize=1)
def facts() -> Facts:
    """The table that came with this program; `distil` makes it."""
    table = orjson.loads(files(__package__).joinpath(FACTS).read_bytes())
    features = {
        slug: (date.fromisoformat(day), letters)
        for slug, (day, letters) in table["features"].items()
    }
    updated = date.fromisoformat(table["updated"])
    return Facts(updated, tuple(table["clients"]), MappingProxyType(features))


def client_name(client: str) -> str:
    """A client for people: `Gmail (web)`."""
    family, _, platform = client.partition(".")
    return f"{_FAMILIES.get(family, family)} ({_PLATFORMS.get(platform, platform)})"


def family_name(client: str) -> str:
    """A client's family for people: `Gmail`."""
    family = client.partition(".")[0]
    return _FAMILIES.get(family, family)
