"""What a key may do, by the vendor's own word.

https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions
"""

from __future__ import annotations

import json

from newsletter.errors import ProviderSilent
from newsletter.transports.sendgrid_answers import said
from newsletter.transports.sendgrid_wire import (
    NoAnswerError,
    NotConnectedError,
    Wire,
    checked_key,
    checked_url,
)
from newsletter.transports.wording import reason

SEND = "mail.send"
READ_ACTIVITY = "email_activity.read"
SUPPRESSIONS = "suppression"
"""Begins the names of all permissions about lists of addresses that are not mailed."""


def scopes_of(api_key: str, url: str, timeout: float = 10.0) -> frozenset[str]:
    """The names of all permissions of a key.

    Args:
        api_key, url: as `SendGridTransport`.
        timeout: seconds.

    Raises:
        UsageError: a key or an address that can not be used.
        ProviderSilent: no answer, or a refusal: then the key is wrong.
    """
    wire = Wire(checked_key(api_key), checked_url(url), timeout)
    try:
        reply = wire.ask("get", "scopes")
    except (NotConnectedError, NoAnswerError) as problem:
        raise ProviderSilent(reason(str(problem), api_key)) from problem
    if reply.status != 200:
        raise ProviderSilent(reason(f"HTTP {reply.status}. {said(reply.body)}", api_key))
    try:
        return frozenset(json.loads(reply.body)["scopes"])
    except (ValueError, KeyError, TypeError):
        raise ProviderSilent("The answer is not what the vendor's documentation says.") from None
