"""Answers of the web, kept for a day in the site's `var/`: no page is asked at every save."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from newsletter.checks import LinkAnswer

FILE = "links.json"
KEPT = timedelta(days=1)
Follow = Callable[[Iterable[str]], Mapping[str, LinkAnswer]]


def remembered(
    folder: Path, now: datetime, addresses: Iterable[str], follow: Follow
) -> Mapping[str, LinkAnswer]:
    """The answers of the last day, and those of the others, asked now.

    Only good answers are kept: who mends a link wants to see it mended.

    Args:
        folder: where the file is; made when it is not there.
        now: aware.
        follow: asks for what is not known.
    """
    kept = _read(folder / FILE, now)
    wanted = tuple(dict.fromkeys(addresses))
    fresh = follow([each for each in wanted if each not in kept])
    good = {address: (now, each) for address, each in fresh.items() if 200 <= each.status < 300}
    if good:
        _write(folder / FILE, kept | good)
    known = {address: each for address, (_, each) in kept.items()}
    return {address: (known | dict(fresh))[address] for address in wanted}


def _read(path: Path, now: datetime) -> dict[str, tuple[datetime, LinkAnswer]]:
    """What is there and fresh; a file that can not be read is an empty one."""
    try:
        rows = orjson.loads(path.read_bytes())
        found = {
            str(address): (
                datetime.fromisoformat(row["at"]),
                LinkAnswer(int(row["status"]), int(row["hops"]), address=str(row["address"])),
            )
            for address, row in rows.items()
        }
        return {address: each for address, each in found.items() if now - each[0] < KEPT}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(path: Path, answers: Mapping[str, tuple[datetime, LinkAnswer]]) -> None:
    rows = {
        address: {
            "at": at.isoformat(),
            "status": answer.status,
            "hops": answer.hops,
            "address": answer.address,
        }
        for address, (at, answer) in sorted(answers.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    draft.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    draft.replace(path)
