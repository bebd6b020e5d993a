"""Templates compiled once a process: the same text means the same code, wherever it lies."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cache
from hashlib import sha256
from types import CodeType

from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache

MOST = 512
"""Compiled templates that are kept; those not asked for longest go first."""


class CompiledTemplates(BytecodeCache):
    """Compiled templates in memory, for environments that differ in nothing but
    `autoescape`, `extensions` and `finalize`; safe to use from several threads.

    https://jinja.palletsprojects.com/en/stable/api/#bytecode-cache
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, CodeType] = OrderedDict()
        self._lock = threading.Lock()

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """What is known of a template; its code is None if it was not compiled yet."""
        bucket = Bucket(environment, _key(environment, name, source), "")
        with self._lock:
            code = self._kept.get(bucket.key)
            if code is not None:
                self._kept.move_to_end(bucket.key)
        if code is not None:
            bucket.code = _lying_at(filename or "<template>", code)
        return bucket

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is None:
            return
        with self._lock:
            self._kept[bucket.key] = bucket.code
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


@cache
def compiled_templates() -> CompiledTemplates:
    """Those of this process."""
    return CompiledTemplates()


def _key(environment: Environment, name: str, source: str) -> str:
    manner = (environment.autoescape, sorted(environment.extensions), environment.finalize)
    return sha256(repr((manner, name, source)).encode()).hexdigest()


def _lying_at(filename: str, code: CodeType) -> CodeType:
    """The same code, whose errors are told to be in another file."""
    if code.co_filename == filename:
        return code
    within = tuple(
        _lying_at(filename, each) if isinstance(each, CodeType) else each for each in code.co_consts
    )
    return code.replace(co_filename=filename, co_consts=within)
