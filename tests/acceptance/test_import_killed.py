"""An import that is killed in the middle is simply run again."""

from __future__ import annotations

import signal
from pathlib import Path

from sqlalchemy import Table, func, select

from newsletter.bootstrap import load_app
from newsletter.store.tables import consent, subscriber
from tests.acceptance.newsroom import until
from tests.factories import make_site
from tests.processes import ROOT, newsletter

ROWS = 40_000
ENVIRON = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "PYTHONPATH": str(ROOT),
    "NEWSLETTER_SECRET_KEYS": "a-secret-of-this-test-and-of-no-other-one",
}
WORDS = ("subscribers", "import", "list.csv", "--consent", "Yes, send me letters.", "--json")


def test_killed_and_run_again_it_is_as_if_it_had_run_once(tmp_path: Path) -> None:
    """`kill -9` between two chunks: what was in stays, the rest comes, nobody has two proofs."""
    site = make_site(tmp_path / "site", {}).root
    rows = "".join(f"r{at}@example.com\n" for at in range(ROWS))
    (site / "list.csv").write_text(f"email\n{rows}nobody\n", "utf-8")
    store = load_app(site, ENVIRON).open_store()

    def count(table: Table = subscriber) -> int:
        with store.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(table)) or 0)

    killed = newsletter(WORDS, site, ENVIRON)
    until(count)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait().code == -signal.SIGKILL
    before = count()
    assert 0 < before < ROWS
    assert count(consent) == before

    said = newsletter(WORDS, site, ENVIRON).wait().require(1).json
    assert (said["imported"], said["updated"], said["rejected"]) == (ROWS - before, before, 1)
    assert (count(), count(consent)) == (ROWS, ROWS)
    store.close()
