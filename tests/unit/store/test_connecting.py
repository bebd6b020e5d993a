"""What libpq is told."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict

from newsletter.store.connecting import conninfo


def test_libpq_reads_what_was_meant() -> None:
    """Spaces and pluses arrive as such, in our own settings and in those of DATABASE_URL."""
    url = "postgresql://me:p+%3Fw@/letters?host=/tmp/x%2By%20z"
    told = conninfo_to_dict(conninfo(url))
    assert (told["user"], told["password"], told["dbname"]) == ("me", "p+?w", "letters")
    assert told["host"] == "/tmp/x+y z"
    assert str(told["options"]).startswith("-c timezone=UTC -c ")
    assert "+" not in str(told["application_name"])
