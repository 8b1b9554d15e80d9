"""Progress bars on the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Advance = Callable[[int], None]


class Progress:
    """One bar at a time, on a terminal only.

    Measurements show none, because drawing costs processor time.
    """

    def __init__(self, console: Console) -> None:
        self._console: Final = console

    @contextmanager
    def step(self, what: str, total: int) -> Iterator[Advance]:
        with Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        ) as bars:
            task = bars.add_task(what, total=total)
            yield lambda count: bars.advance(task, count)

    def say(self, what: str) -> None:
        self._console.print(what)
