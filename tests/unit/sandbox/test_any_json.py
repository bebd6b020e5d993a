"""Whatever is sent, the sandbox has an answer."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sandbox.eml import as_eml
from newsletter.sandbox.mailbox import Mailbox
from newsletter.sandbox.options import SandboxOptions
from newsletter.sandbox.validation import validate
from tests.unit.sandbox.messages import make_message

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
RICH = make_message(
    readers=2,
    reply_to={"email": "a@b.test", "name": "A"},
    sections={"s": "t"},
    asm={"group_id": 1, "groups_to_display": [1]},
    mail_settings={"sandbox_mode": {"enable": False}},
    tracking_settings={"open_tracking": {"enable": True, "substitution_tag": "o"}},
    attachments=[{"content": "aGk=", "filename": "a.txt"}],
)


def every_path(value: Any) -> list[tuple[Any, ...]]:
    """The paths of all values inside a JSON value."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(inner, dict):
        return []
    return [
        path
        for key, each in inner.items()
        for path in [(key,), *((key, *below) for below in every_path(each))]
    ]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(every_path(RICH)), JSON)
def test_no_request_is_a_surprise(path: tuple[Any, ...], value: Any) -> None:
    """Any JSON anywhere in a request is either refused or can be read as mails, never a crash."""
    message = copy.deepcopy(RICH)
    inner = message
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    if validate(message, NOW.timestamp()):
        return
    mailbox = Mailbox(SandboxOptions())
    mailbox.accept(message, json.dumps(message).encode(), "id", NOW)
    mailbox.page(query="x")
    mails = mailbox.page().mails
    assert len(mails) == len(message["personalizations"])
    assert all(as_eml(mail) for mail in mails)
