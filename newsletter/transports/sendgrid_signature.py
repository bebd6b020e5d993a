"""Who made a post to the Event Webhook: ECDSA P-256 with SHA-256 over timestamp and raw body.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features

The vendor documents no window of time for replays, and retries for 24 hours; so an old timestamp
is no reason to refuse. A replay is harmless: events are told apart by their ids.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.errors import UsageError

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

_LONGEST_HEADER = 512  # a signature has 96 characters, a timestamp ten


def read_keys(texts: Iterable[str]) -> tuple[EllipticCurvePublicKey, ...]:
    """Public keys as the vendor shows them: base64 of SubjectPublicKeyInfo, without PEM lines.

    Raises:
        UsageError: one of them is no such key.
    """
    return tuple(_read_key(text, place) for place, text in enumerate(texts, start=1))


def verify(
    signature: str, timestamp: str, body: bytes, keys: Iterable[EllipticCurvePublicKey]
) -> bool:
    """Whether one of the keys made the signature; whatever is given, nothing is raised.

    Args:
        signature: DER in base64, as the header has it; empty when there was none.
        timestamp: the header's text, which is part of what is signed.
        body: the bytes exactly as they came.
    """
    if not signature or not timestamp or len(signature) + len(timestamp) > _LONGEST_HEADER:
        return False
    try:
        made = base64.b64decode(signature, validate=True)
        signed = timestamp.encode("ascii") + body
    except (binascii.Error, ValueError):
        return False
    return any(_made(key, made, signed) for key in keys)


def _made(key: EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _read_key(text: str, place: int) -> EllipticCurvePublicKey:
    wrong = (
        f"Key {place} of SENDGRID_WEBHOOK_KEYS can not be read. Copy the verification key from "
        "Settings > Mail Settings > Event Webhook, without line breaks."
    )
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):  # binascii.Error is a ValueError
        raise UsageError(wrong) from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise UsageError(wrong)
    return key
