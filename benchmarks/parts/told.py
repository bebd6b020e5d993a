"""What a provider tells of an issue, in posts that it signs and sends at a steady pace."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import ColumnElement, select

from newsletter.dispatching.marks import mark
from newsletter.store import Store
from newsletter.store.tables import delivery, subscriber
from newsletter.web.public.webhooks import PATH

A_POST = 1_000
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36"


def posts(store: Store, *about: ColumnElement[bool], seed: int = 12) -> Iterator[bytes]:
    """Bodies of posts, shuffled over a few thousand readers at a time.

    Args:
        about: conditions on the deliveries they are about; all of them when there is none.
        seed: another one brings events under other names.
    """
    chance = random.Random(seed)
    with store.read() as connection:
        mails: Sequence[Any] = connection.execute(
            select(delivery.c.id, delivery.c.attempt_id, subscriber.c.email)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(*about)
            .order_by(delivery.c.id)
        ).all()
    for begin in range(0, len(mails), 5_000):
        told = [
            each for mail in mails[begin : begin + 5_000] for each in told_of(store, mail, chance)
        ]
        told += chance.sample(told, len(told) // 50)
        chance.shuffle(told)
        for at in range(0, len(told), A_POST):
            yield orjson.dumps(told[at : at + A_POST])


def told_of(store: Store, mail: Any, chance: random.Random) -> Iterator[dict[str, Any]]:
    """What becomes of one reader's mail."""
    words: list[dict[str, Any]] = [{"event": "processed"}, {"event": "delivered"}]
    drawn = chance.random()
    if drawn < 0.02:
        words[1] = {"event": "bounce", "type": "bounce", "reason": "550 5.1.1 unknown"}
    elif drawn < 0.4:
        words.append({"event": "open", "useragent": _AGENT, "sg_machine_open": drawn < 0.2})
    if 0.3 < drawn < 0.35:
        words.append({"event": "click", "useragent": _AGENT, "url": "https://example.com/book"})
    if drawn > 0.999:
        words.append({"event": "spamreport"})
    for word in words:
        yield {
            "email": mail.email,
            "timestamp": int(time.time()) - 60,
            "smtp-id": f"<{mail.id}@ismtpd.example>",
            "sg_event_id": base64.urlsafe_b64encode(chance.randbytes(16)).decode(),
            "sg_message_id": f"m{mail.attempt_id}.recvd-{mail.id}",
            "category": ["issue-1"],
            "ip": "203.0.113.7",
            "nl_delivery": mark(store.site_id, mail.id),
            "nl_attempt": mark(store.site_id, mail.attempt_id),
            **word,
        }


def public(key: ec.EllipticCurvePrivateKey) -> str:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(key.public_key().public_bytes(*form)).decode()


def signature(key: ec.EllipticCurvePrivateKey, body: bytes) -> str:
    return base64.b64encode(key.sign(b"1764590400" + body, ec.ECDSA(SHA256()))).decode()


def post_steadily(port: int, signed: list[tuple[bytes, str]]) -> list[float]:
    """Ten posts a second, whatever the answers take; seconds until each answer."""

    async def one(at: float, body: bytes, made: str) -> float:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
            f"X-Twilio-Email-Event-Webhook-Signature: {made}\r\n"
            "X-Twilio-Email-Event-Webhook-Timestamp: 1764590400\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 204 " not in answer.partition(b"\r\n")[0]:
            raise RuntimeError(answer.decode())
        took = time.perf_counter() - begun
        writer.close()
        return took

    async def every() -> list[float]:
        begun = time.perf_counter() + 0.5
        calls = (one(begun + n / 10, *each) for n, each in enumerate(signed))
        return list(await asyncio.gather(*calls))

    return asyncio.run(every())
