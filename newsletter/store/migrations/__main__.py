"""`python -m newsletter.store.migrations 0002 "what changes"`: draft the next version.

Compares the tables with an empty database at the newest version. Read what it writes: it can
not know a rename from a drop, and a version may only expand what the one before it needs.
"""

import sys

from alembic import command
from sqlalchemy import create_engine

from newsletter.store.upgrading import configuration


def draft(number: str, message: str) -> None:
    """Write `versions/<number>_<message>.py`."""
    config = configuration()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with create_engine("sqlite://").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    draft(*sys.argv[1:3])
