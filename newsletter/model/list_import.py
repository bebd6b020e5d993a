"""A list that somebody sent and a worker brings in."""

from __future__ import annotations

from enum import StrEnum


class ImportStage(StrEnum):
    """Where it stands.

    coming -> waiting -> bringing -> done | failed | stopped
    A worker that dies or is told to end leaves it `bringing`, and the next one does it again.
    """

    COMING = "coming"
    WAITING = "waiting"
    BRINGING = "bringing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


IMPORT_ENDS = (ImportStage.DONE, ImportStage.STOPPED, ImportStage.FAILED)
