"""Valid requests to spoil, and the paths to spoil them at."""

from __future__ import annotations

from typing import Any


def make_reader(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A personalization as the product sends it."""
    reader = {
        "to": [{"email": f"reader{number}@example.test", "name": f"Reader {number}"}],
        "substitutions": {"nlx1": f"First{number}", "nlx2": f"https://x.test/u/{number}"},
        "headers": {"List-Unsubscribe": f"<https://x.test/u/{number}>"},
        "custom_args": {"nl_delivery": f"site.{number}", "nl_attempt": "1"},
    }
    return without_none({**reader, **changes})


def make_message(readers: int = 1, **changes: Any) -> dict[str, Any]:
    """A request as the product sends it; a change to None takes the key out."""
    message = {
        "from": {"email": "letters@lumen.test", "name": "Lumen"},
        "subject": "Hello nlx1",
        "content": [
            {"type": "text/plain", "value": "Dear nlx1, leave: nlx2"},
            {"type": "text/html", "value": "<head></head><p>Dear nlx1</p>"},
        ],
        "headers": {"List-Id": "Lumen <news.lumen.test>"},
        "custom_args": {"nl_site": "s1"},
        "categories": ["issue-12"],
        "personalizations": [make_reader(number) for number in range(readers)],
    }
    return without_none({**message, **changes})


def without_none(value: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if each is not None}


def with_reader(**changes: Any) -> dict[str, Any]:
    """A request to one reader who is changed."""
    return make_message(personalizations=[make_reader(**changes)])
