"""How far a list is, on a terminal; silent anywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from newsletter.lists import ListPlan
from newsletter.subscribing.importing import Import


class Bars:
    """One bar for all lists of an import, by bytes read."""

    def __init__(self, console: Console, lists: Import, what: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._total = sum(plan.source.size for plan, _ in lists.passes) or 1
        self._task: TaskID = self._progress.add_task(what, total=self._total)
        self._before, self._read = 0, 0

    def __call__(self, plan: ListPlan, read: int) -> None:
        """Take note of how many bytes of a list were read."""
        if read < self._read:  # the next reading began
            self._before += self._read
        self._read = read
        self._progress.update(self._task, completed=self._before + read)

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
