"""Letters and readers for transports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from newsletter.model.merge import Context, MergeTag
from newsletter.model.site import Sender
from newsletter.model.transport import Batch, Letter, Recipient

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
NAME, LINK = "nlx7f3a01x", "nlx7f3a02x"


class StandingClock:
    """A clock that shows one moment."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def wait(self, seconds: float) -> None:
        return None


def make_letter(**changes: Any) -> Letter:
    """A small letter with a name and an unsubscribe link."""
    values: dict[str, Any] = {
        "key": "sha-1",
        "sender": Sender("Lumen Skin Clinic", "letters@lumen.test", "hello@lumen.test"),
        "subject": f"Microneedling, {NAME}",
        "html": f'<!DOCTYPE html><p>Hello {NAME}</p><a href="{LINK}">leave</a>',
        "text": f"Hello {NAME}\nLeave: {LINK}\n",
        "merge_tags": (
            MergeTag(NAME, "subscriber.first_name", "there", Context.HTML),
            MergeTag(LINK, "link.unsubscribe", "", Context.URL),
        ),
        "list_id": "Lumen Skin Clinic <news.lumen.test>",
        "categories": ("issue-12",),
    }
    return Letter(**{**values, **changes})


def make_recipient(number: int = 1, **changes: Any) -> Recipient:
    """A reader whose data carries their number."""
    link = f"https://news.lumen.test/u/{number}"
    values: dict[str, Any] = {
        "delivery": f"lumen.{number}",
        "email": f"reader{number}@example.test",
        "name": f"Reader {number}",
        "values": (f"Name{number}", link),
        "unsubscribe": link,
    }
    return Recipient(**{**values, **changes})


def make_batch(n: int = 2, letter: Letter | None = None) -> Batch:
    """A batch of `n` readers, numbered from 1."""
    return Batch(letter or make_letter(), "lumen.a7", [make_recipient(i + 1) for i in range(n)])
