"""`demo`: the main job on sample data, on this machine alone."""

from newsletter.cli.demo.command import register

__all__ = ["register"]
