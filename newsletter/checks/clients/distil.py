"""Distil caniemail's table of email clients into the few facts that checks need.

Run again when a newer table is out::

    npm pack caniemail && tar -xzf caniemail-*.tgz
    python -m newsletter.checks.clients.distil package/data/caniemail.json

Only facts are kept: for each feature its slug, the day it was last tested, and the latest
verdict for each client (family and platform). Titles, descriptions and notes are not.
Versions stand in the file in the order they were tested, and names such as `2019-08`, `12.4`
and `16.80` have no common order: so the last one is the latest, and nothing is sorted.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

FACTS = Path(__file__).with_name("facts.json")
VERDICTS = "ynau"
UNTESTED = "-"


def distil(table: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the facts of a whole table.

    Args:
        table: `caniemail.json` as read.

    Returns:
        `updated`: the table's day; `clients`: `family.platform`, sorted; `features`: slug ->
        `[day of the last test, one letter a client]`. A letter is `y` yes, `n` no, `a` in
        part, `u` unknown, or `-` where the client does not stand under the feature.

    Raises:
        ValueError: a verdict that is none of the four letters.
    """
    clients = sorted({client for row in table["data"] for client, _ in _tested(row)})
    return {
        "source": "caniemail.com, MIT, see LICENSE-caniemail",
        "updated": str(table["last_update_date"])[:10],
        "clients": clients,
        "features": {row["slug"]: _facts(row, clients) for row in table["data"]},
    }


def _facts(row: Mapping[str, Any], clients: list[str]) -> list[str]:
    verdicts = dict(_tested(row))
    letters = "".join(verdicts.get(client, UNTESTED) for client in clients)
    year, month, day = str(row["last_test_date"]).split("-")
    return [f"{year}-{month:0>2}-{day:0>2}", letters]


def _tested(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{family}.{platform}", _letter(row["slug"], list(versions.values())[-1]))
        for family, platforms in row["stats"].items()
        for platform, versions in platforms.items()
        if versions
    ]


def _letter(slug: str, verdict: str) -> str:
    letter = verdict.split("#", 1)[0].strip().lower()
    if len(letter) != 1 or letter not in VERDICTS:
        raise ValueError(f'{slug}: "{verdict}" is no verdict; the table has changed its form')
    return letter


def main(arguments: list[str]) -> int:
    """Read the table named on the command line and write the facts; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m newsletter.checks.clients.distil caniemail.json\n")
        return 2
    facts = distil(orjson.loads(Path(arguments[0]).read_bytes()))
    FACTS.write_text(_written(facts), "utf-8")
    features, clients = len(facts["features"]), len(facts["clients"])
    sys.stdout.write(f"{FACTS.name}: {features} features, {clients} clients\n")
    return 0


def _written(facts: Mapping[str, Any]) -> str:
    """One feature a line, so that a new table shows as a readable difference."""
    rows = ",\n".join(
        f"{orjson.dumps(slug).decode()}:{orjson.dumps(fact).decode()}"
        for slug, fact in facts["features"].items()
    )
    head = {key: value for key, value in facts.items() if key != "features"}
    return f'{orjson.dumps(head).decode()[:-1]},\n"features":{{\n{rows}\n}}}}\n'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
