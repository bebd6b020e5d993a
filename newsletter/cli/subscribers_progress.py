"""How far a list is, on a terminal; silent anywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from newsletter.subscribing.importing import Import
from newsletter.subscribing.list_files import Progress, total_bytes


class Bars:
    """One bar for all lists of an import, by bytes read.

    Attributes:
        told: what an `Import` tells how far it is.
    """

    def __init__(self, console: Console, lists: Import, what: str) -> None:
        self._progress = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID = self._progress.add_task(what, total=total_bytes(lists))
        self.told = Progress(self._show)

    def _show(self, read: int) -> None:
        self._progress.update(self._task, completed=read)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()
