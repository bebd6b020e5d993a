"""What the program says beside its answers, on standard error: a line a thing.

One-shot commands tell warnings and errors. Processes that stay tell more, as `[log]` wants it,
and what libraries warn of, too. No line names a reader or shows a key: whatever others' words
hold is taken out here, where every line comes through.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.config import Settings

_FIRST = ["timestamp", "level", "event"]
_ROWS = re.compile(r"DETAIL:[^\n]*")  # in which PostgreSQL repeats what was written
_ADDRESS_IN_A_URL = re.compile(r"[^\s<>()\[\]:;,\"'=/?&]+%40[^\s<>()\[\]:;,\"'/?&]+", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_MASK = "•••"


def log_quietly() -> None:
    """Log warnings and what is graver; nothing else, and nothing of libraries."""
    _configure("logfmt", "warning", ())


@contextmanager
def logging_steadily(settings: Settings, process: str, **more: object) -> Iterator[None]:
    """Log as `[log]` wants it, with a line for the beginning and one for the end.

    Args:
        process: what begins: `serve`, `worker`, `scheduler`.
        more: for the first line.
    """
    import structlog

    from newsletter import __version__
    from newsletter.dispatching.owners import HostRoster

    log_steadily(settings)
    log = structlog.get_logger().bind(process=process, worker=HostRoster().name)
    log.info("a process begins", version=__version__, **more)
    try:
        yield
    finally:
        log.info("a process ends")


def log_steadily(settings: Settings) -> None:
    """Log as `[log]` wants it, and what libraries warn of."""
    _configure(settings.log.format, settings.log.level, settings.secrets)
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _Libraries):
            root.removeHandler(handler)
    root.addHandler(_Libraries(logging.WARNING))


def _configure(form: str, level: str, secrets: Sequence[str]) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _Discretion(secrets),
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if form == "json"
            else structlog.processors.LogfmtRenderer(key_order=_FIRST, bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    # What a job raises is told by the clockwork, once.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


class _Discretion:
    """Takes addresses, rows and keys out of every word of a line."""

    def __init__(self, secrets: Sequence[str]) -> None:
        # A longer one may hold a shorter one.
        self._secrets = sorted(secrets, key=len, reverse=True)

    def __call__(
        self, logger: Any, method: str, line: MutableMapping[str, Any]
    ) -> Mapping[str, Any]:
        """The line as it may be seen."""
        return {
            key: self._seen(value) if isinstance(value, str) else value
            for key, value in line.items()
        }

    def _seen(self, words: str) -> str:
        from newsletter.feedback.wording import without_addresses

        for secret in self._secrets:
            words = words.replace(secret, _MASK)
        words = _ADDRESS_IN_A_URL.sub(_MASK, without_addresses(words))
        return _CONTROL.sub(" ", _ROWS.sub(_MASK, words))


class _Libraries(logging.Handler):
    """Tells what libraries warn of as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line, discreet as all others."""
        import structlog

        log = structlog.get_logger()
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        tell(record.getMessage(), library=record.name, exc_info=record.exc_info)
