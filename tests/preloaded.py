"""Imports all that commands import, late or not: processes forked from here start at once."""

from importlib import import_module

from PIL import Image

from newsletter.cli.commands import COMMANDS

LATE = (
    "alembic.command",
    "alembic.context",
    "newsletter.engines.procrastinate",
    "newsletter.engines.worker",
    "newsletter.web.operations.exposing",
    "premailer",
)

for command in COMMANDS.values():
    import_module(f"newsletter.cli.{command.module}")
for late in LATE:
    import_module(late)
Image.init()
