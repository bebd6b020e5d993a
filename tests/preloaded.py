"""Imports every command, so that processes forked from here start at once."""

from importlib import import_module

from newsletter.cli.commands import COMMANDS

for command in COMMANDS.values():
    import_module(f"newsletter.cli.{command.module}")
