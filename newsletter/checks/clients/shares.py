"""Which clients read the letter: this list's own mix when it is known, else a default.

The default is Litmus's "Email client market share" of December 2021, opens counted over a
month: Apple 57.4 %, Gmail 30.4 %, Outlook 4.1 %, Yahoo 2.5 %, Outlook.com 1.0 %, Samsung
0.4 %, GMX 0.04 %. It is the last of that series with its parts published in full that this
table was checked against. Two things to know of it: most of Apple's opens are fetched by Mail
Privacy Protection, so its share is too high, and the readers counted are mostly American.

Litmus gives Apple's parts (iPhone and iPad against macOS, spread over the protected opens
here) but not those of Gmail and Yahoo, whose picture proxies hide the device: they are split
by assumption, in equal parts between the web and telephones.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LEAST = 0.02
"""A share of readers from which a client counts (rule C01)."""

DEFAULT: Mapping[str, float] = MappingProxyType(
    {
        "apple-mail.ios": 0.398,
        "apple-mail.macos": 0.176,
        "gmail.desktop-webmail": 0.152,
        "gmail.android": 0.091,
        "gmail.ios": 0.061,
        "outlook.windows": 0.041,
        "outlook.outlook-com": 0.010,
        "yahoo.desktop-webmail": 0.013,
        "yahoo.android": 0.006,
        "yahoo.ios": 0.006,
        "samsung-email.android": 0.004,
    }
)


def mix(own: Mapping[str, float] | None) -> Mapping[str, float]:
    """Client -> share of readers, 0 to 1; the list's own mix when it is given and not empty."""
    return own or DEFAULT


def family_shares(shares: Mapping[str, float]) -> Mapping[str, float]:
    """Family -> share: a family's apps are one client to a reader, and to the 2 % line."""
    summed: dict[str, float] = {}
    for client, share in shares.items():
        family = client.partition(".")[0]
        summed[family] = summed.get(family, 0.0) + share
    return summed
