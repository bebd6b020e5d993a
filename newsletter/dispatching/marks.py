"""Custom args: how a mail names its delivery, its attempt and the site it came from.

`nl_delivery` and `nl_attempt` come back with every event of the provider. They are opaque and
hold nothing personal.
"""

from __future__ import annotations


def mark(site_id: str, number: int) -> str:
    """`<site id>-<number in hexadecimal>`."""
    return f"{site_id}-{number:x}"


def read_mark(text: str) -> tuple[str, int] | None:
    """Site id and number, or None when it is not one of ours."""
    site_id, dash, number = text.partition("-")
    if not site_id or not dash:
        return None
    try:
        return site_id, int(number, 16)
    except ValueError:
        return None
