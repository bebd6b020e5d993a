"""Engines: where `send_batch` and other work runs."""

from newsletter.engines.inline import InlineEngine

__all__ = ["InlineEngine"]
