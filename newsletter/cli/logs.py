"""What the program says beside its answers: warnings and errors, on standard error."""

from __future__ import annotations

import logging
import sys


def log_quietly() -> None:
    """Log warnings and what is graver, one line each; nothing else.

    Libraries' own loggers stay silent: what goes wrong inside them comes out as an error of
    ours, without the addresses and keys a library would print.
    """
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
