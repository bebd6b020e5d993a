"""Which mailbox provider an address belongs to, as far as its domain says.

A firm's own domain may be hosted by any of them; it counts among the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func

OTHERS = "others"

_ENDS = ("com", "de", "fr", "it", "es", "nl", "at", "be", "ca", "co.uk", "com.au")

DOMAINS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Gmail": ("gmail.com", "googlemail.com"),
        "Outlook": (
            "msn.com",
            *(f"{name}.{end}" for name in ("outlook", "hotmail", "live") for end in _ENDS),
        ),
        "Yahoo and AOL": (
            *(
                f"yahoo.{end}"
                for end in ("com", "de", "fr", "it", "es", "ca", "co.uk", "com.au", "co.in")
            ),
            "ymail.com",
            "rocketmail.com",
            "aol.com",
            "aol.de",
            "aol.co.uk",
        ),
        "iCloud": ("icloud.com", "me.com", "mac.com"),
        "GMX and WEB.DE": ("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de"),
    }
)


def mailbox_group(connection: Connection, email: ColumnElement[Any]) -> ColumnElement[str]:
    """The name of an address's group; `others` for any other and for one that was erased."""
    at = func.instr if connection.dialect.name == "sqlite" else func.strpos
    domain = func.lower(func.substr(email, at(email, "@") + 1))
    return case(*((domain.in_(names), group) for group, names in DOMAINS.items()), else_=OTHERS)
