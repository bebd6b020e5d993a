"""What a database's trouble is told as."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from newsletter.store.trouble import in_words


def test_a_deadlock_is_nobodys_lock() -> None:
    """Its details speak of blocked processes; nobody is to be ended for it."""
    told = (
        "deadlock detected\n"
        "DETAIL:  Process 2 waits for AccessExclusiveLock on relation 3; blocked by process 4.\n"
        "Process 4 waits for AccessShareLock on relation 5; blocked by process 2."
    )
    words = in_words(OperationalError("SELECT 1", None, Exception(told)), "postgresql://host/name")
    assert words == (
        "The database postgresql://host/name can not do it: deadlock detected. "
        "Do it again; nothing of it was done."
    )
