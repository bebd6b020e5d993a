"""Sign what is posted, as the vendor does, with a key made fresh for each sandbox.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
"""

from __future__ import annotations

import base64
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"


class Signer:
    """An ECDSA key on P-256.

    Attributes:
        public_key: Base64 of its SubjectPublicKeyInfo (RFC 5480), without PEM lines.
    """

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        spki = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = base64.b64encode(spki).decode()

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers that prove who posts these bytes, now."""
        timestamp = str(int(time.time()))
        signed = self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            SIGNATURE_HEADER: base64.b64encode(signed).decode(),
            TIMESTAMP_HEADER: timestamp,
        }
