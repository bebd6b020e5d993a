"""The rules of `POST /v3/mail/send`: the vendor's published schema and what it leaves out.

Source: Twilio SendGrid's OpenAPI description of the Mail Send API (`tsg_mail_v3`) and the
page on its errors in the documentation. The words of the messages are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.sandbox.addresses import address
from newsletter.sandbox.answers import Flaw
from newsletter.sandbox.personalizations import (
    Personalizations,
    custom_args_flaws,
    header_flaws,
    send_at_flaws,
    strings_flaws,
    subject_flaws,
)
from newsletter.sandbox.shapes import (
    Check,
    array,
    base64_text,
    below,
    boolean,
    integer,
    one_of,
    record,
    text,
)

MOST_BYTES = 30 * 1024 * 1024
MOST_CATEGORIES = 10
MOST_CATEGORY_CHARACTERS = 255


def _category(value: Any, path: str) -> Iterator[Flaw]:
    if not isinstance(value, str) or not value:
        yield Flaw("A category must be a string of at least one character.", path)
    elif len(value) > MOST_CATEGORY_CHARACTERS or not value.isascii():
        yield Flaw(f"A category has at most {MOST_CATEGORY_CHARACTERS} ASCII characters.", path)


def _media_type(value: Any, path: str) -> Iterator[Flaw]:
    if not isinstance(value, str) or not value or any(sign in value for sign in ";,\r\n"):
        yield Flaw("A type is a string such as text/html, without ; and , and line breaks.", path)


def _anything(value: Any, path: str) -> Iterator[Flaw]:
    yield from ()


_SWITCH = record({"enable": boolean})
_UTM = ("utm_source", "utm_medium", "utm_term", "utm_content", "utm_campaign")
_MAIL_SETTINGS = record(
    {
        "bypass_list_management": _SWITCH,
        "bypass_spam_management": _SWITCH,
        "bypass_bounce_management": _SWITCH,
        "bypass_unsubscribe_management": _SWITCH,
        "footer": record({"enable": boolean, "text": text(), "html": text()}),
        "sandbox_mode": _SWITCH,
    }
)
_TRACKING_SETTINGS = record(
    {
        "click_tracking": record({"enable": boolean, "enable_text": boolean}),
        "open_tracking": record({"enable": boolean, "substitution_tag": text()}),
        "subscription_tracking": record(
            {"enable": boolean, "text": text(), "html": text(), "substitution_tag": text()}
        ),
        "ganalytics": record({"enable": boolean, **dict.fromkeys(_UTM, text())}),
    }
)
_ATTACHMENT = record(
    {
        "content": base64_text,
        "type": _media_type,
        "filename": text(least=1),
        "disposition": one_of("inline", "attachment"),
        "content_id": text(),
    },
    required=("content", "filename"),
)
_SHARED: dict[str, Check] = {
    "personalizations": _anything,  # has a module of its own, for speed
    "from": address,
    "reply_to": address,
    "reply_to_list": array(address, most=1_000),
    "subject": subject_flaws,
    "content": array(
        record({"type": _media_type, "value": text(least=1)}, required=("type", "value"))
    ),
    "attachments": array(_ATTACHMENT),
    "template_id": text(least=1),
    "sections": strings_flaws,
    "headers": header_flaws,
    "categories": array(_category, most=MOST_CATEGORIES),
    "custom_args": custom_args_flaws,
    "send_at": _anything,  # needs the clock
    "batch_id": text(least=1),
    "asm": record(
        {"group_id": integer, "groups_to_display": array(integer, most=25)}, required=("group_id",)
    ),
    "ip_pool_name": text(least=2, most=64),
    "mail_settings": _MAIL_SETTINGS,
    "tracking_settings": _TRACKING_SETTINGS,
}
_MESSAGE = record(_SHARED)


def validate(message: Any, now: float) -> list[Flaw]:
    """Check one message as the vendor would.

    Args:
        message: the parsed body of the request.
        now: seconds since 1970, for `send_at`.

    Returns:
        Everything that is wrong with it; empty when it would be accepted.
    """
    flaws = list(_MESSAGE(message, ""))
    if not isinstance(message, dict):
        return flaws
    flaws.extend(Personalizations(message, now).check())
    for rule in (_sender, _subject, _content, _categories, _reply_to):
        flaws.extend(rule(message))
    if "send_at" in message:
        flaws.extend(send_at_flaws(message["send_at"], "send_at", now))
    return flaws


def _sender(message: dict[str, Any]) -> Iterator[Flaw]:
    if "from" not in message:
        yield Flaw('The from object is required; it needs at least an "email".', "from")


def _subject(message: dict[str, Any]) -> Iterator[Flaw]:
    if "subject" in message or "template_id" in message:
        return
    everyone = message.get("personalizations")
    people = everyone if isinstance(everyone, list) else []
    if not people or not all(isinstance(one, dict) and "subject" in one for one in people):
        yield Flaw(
            "The subject is required, of the message or of every personalization, "
            "unless a template brings one.",
            "subject",
        )


def _content(message: dict[str, Any]) -> Iterator[Flaw]:
    blocks = message.get("content")
    if not blocks:
        if "template_id" not in message:
            yield Flaw("The content is required unless a template brings it.", "content")
        return
    if not isinstance(blocks, list):
        return
    types = [str(block.get("type")) for block in blocks if isinstance(block, dict)]
    for number, kind in enumerate(types):
        if kind in ("text/plain", "text/html") and kind in types[:number]:
            yield Flaw(f"{kind} may be given once.", below(below("content", number), "type"))
    expected = [kind for kind in ("text/plain", "text/html") if kind in types]
    if types[: len(expected)] != expected and len(set(types)) == len(types):
        yield Flaw("text/plain comes first, then text/html, then all other types.", "content")


def _categories(message: dict[str, Any]) -> Iterator[Flaw]:
    categories = message.get("categories")
    names = categories if isinstance(categories, list) else []
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Flaw("Categories must be unique.", f"categories.{number}")


def _reply_to(message: dict[str, Any]) -> Iterator[Flaw]:
    if "reply_to" in message and "reply_to_list" in message:
        yield Flaw("Use reply_to or reply_to_list, not both.", "reply_to_list")
