"""What mail clients can show, by caniemail.com's tests, and what a mail asks of them.

- `distil` makes `facts.json` from caniemail's table; `facts` reads it,
- `features` and `detecting` find which features a mail really uses,
- `shares` says which clients its readers have, `harmless` what they lose without harm,
- `matrix` puts these together.
"""

from newsletter.checks.clients.detecting import Use, Uses, uses
from newsletter.checks.clients.facts import (
    OLD_AFTER_YEARS,
    Facts,
    Verdict,
    client_name,
    facts,
    family_name,
)
from newsletter.checks.clients.matrix import Row, rows
from newsletter.checks.clients.shares import mix

__all__ = [
    "OLD_AFTER_YEARS",
    "Facts",
    "Row",
    "Use",
    "Uses",
    "Verdict",
    "client_name",
    "facts",
    "family_name",
    "mix",
    "rows",
    "uses",
]
