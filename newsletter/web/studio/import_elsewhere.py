"""A list that a worker brings in, followed from here."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import UsageError
from newsletter.model.list_import import ImportStage
from newsletter.store import Store
from newsletter.subscribing import Reception
from newsletter.subscribing.handing_over import (
    hand_over,
    look_at_handed,
    stop_handed,
    take_back,
)
from newsletter.subscribing.importing import Import, Tally
from newsletter.subscribing.list_choices import Choices
from newsletter.subscribing.list_files import BadRows
from newsletter.web.studio.import_runs import Closing, Stopped

_LOOK_EVERY = 0.25  # seconds


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Hands a list over and waits; see `import_runs.Bring`.

    When this server stops, whoever brings it in goes on.
    """

    store: Store
    file: Path
    choices: Choices

    def __call__(self, reception: Reception, lists: Import, folder: Path) -> tuple[Tally, BadRows]:
        """What came of it, once it is over."""
        number = hand_over(self.store, self.file, self.choices)
        try:
            self._follow(number, lists)
        except Closing:
            raise
        except Stopped:
            stop_handed(self.store, number)
            raise
        return take_back(self.store, number, folder)

    def _follow(self, number: int, lists: Import) -> None:
        pause = threading.Event()
        while not (now := look_at_handed(self.store, number)).is_over:
            lists.told(lists.plans[0], now.read)
            pause.wait(_LOOK_EVERY)
        if now.stage is ImportStage.STOPPED:
            raise Stopped
        if now.stage is ImportStage.FAILED:
            raise UsageError(now.problem)
