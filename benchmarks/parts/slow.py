"""A provider that takes its time."""

from __future__ import annotations

import asyncio
from collections import Counter

from benchmarks.parts.counting import Talk, talk_http


def talk_slowly(seconds: float) -> Talk:
    """Answers to requests as `talk_http` gives them, so much later."""

    async def talk(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: Counter[str]
    ) -> None:
        await asyncio.sleep(seconds)
        await talk_http(reader, writer, counter)

    return talk
