"""Progress bars on the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Advance = Callable[[int], None]


class Progress:
    """One bar at a time on a terminal; elsewhere the duration of each step at its end.

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
            started = perf_counter()
            yield lambda count: bars.advance(task, count)
        self.log(f"{what}: {perf_counter() - started:.0f} s")

    def log(self, what: str) -> None:
        """Print a line with the time, if there is no bar."""
        if not self._console.is_terminal:
            self.say(f"{datetime.now(UTC):%H:%M:%S} {what}")

    def say(self, what: str) -> None:
        self._console.print(what)
