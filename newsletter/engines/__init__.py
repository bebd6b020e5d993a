"""Engines: where `send_batch` runs."""

from newsletter.engines.inline import InlineEngine

__all__ = ["InlineEngine"]
