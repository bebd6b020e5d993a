"""The program's next version, for tests of a rolling upgrade: a copy with migrations of its own.

It runs in processes of its own, which import the copy: nothing in them knows that it is a test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import newsletter
from newsletter.store.revisions import newest
from tests.processes import PATIENCE, ROOT

FIRST, SECOND = "9998", "9999"
_MIGRATION = """\
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
oldest_program = {oldest}


def upgrade() -> None:
    {does}
"""
# What the present version sends with gets columns it does not know; that is what it must bear.
_EXPANDS = """\
op.create_table("mood", sa.Column("id", sa.Integer(), primary_key=True))
    for table in ("batch", "delivery", "attempt", "dispatch", "site"):
        op.add_column(table, sa.Column("mood", sa.Text(), server_default="calm", nullable=False))
    op.create_index("ix_delivery_mood", "delivery", ["mood"])"""
_KINDS = {
    "expand": {"oldest": "None", "does": _EXPANDS},
    "contract": {"oldest": f'"{FIRST}"', "does": 'op.drop_table("brake")'},
}


@dataclass(frozen=True)
class NextVersion:
    """A copy of the program, one or two migrations ahead."""

    root: Path

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What its processes are started with: the copy comes before the real program."""
        return {**(os.environ if more is None else more), "PYTHONPATH": f"{self.root}:{ROOT}"}

    def run(
        self, *words: str, cwd: Path | None = None, environ: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Run `python WORDS`; returns its exit code and all it printed."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=cwd or self.root,
            env=self.environ(environ),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `python WORDS`, for the caller to end."""
        return subprocess.Popen([sys.executable, *words], cwd=self.root, env=self.environ())

    def upgrade(self, database_url: str) -> str:
        """`newsletter db upgrade` on a database, without a site around it; what it did."""
        script = (
            "import sys; from newsletter.store.opening import upgrade_database;"
            "print(upgrade_database(sys.argv[1]))"
        )
        code, told = self.run("-c", script, database_url)
        assert code == 0, told
        return told


def make_next_version(folder: Path, *kinds: str) -> NextVersion:
    """Copy the program and give it migrations.

    Args:
        kinds: of each migration, `expand` or `contract`; they are 9998 and 9999.
    """
    root = folder / "-".join(kinds)
    source = Path(newsletter.__file__).parent
    shutil.copytree(source, root / "newsletter")  # keeps times, so that nothing is compiled anew
    versions = root / "newsletter" / "store" / "migrations" / "versions"
    before = newest()
    for revision, kind in zip((FIRST, SECOND), kinds, strict=False):
        text = _MIGRATION.format(revision=revision, before=before, **_KINDS[kind])
        (versions / f"{revision}_next.py").write_text(text, "utf-8")
        before = revision
    return NextVersion(root)
