"""How far something is that takes more than a moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn


@contextmanager
def bars() -> Iterator[Callable[[str, int, int | None], None]]:
    """Hands out a function that is told what is done, how much of it, and of how much.

    Drawn on standard error, one line for each thing; nothing is drawn where nobody looks.
    """
    console = Console(stderr=True)
    drawn = Progress(
        TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), console=console
    )
    drawn.disable = not console.is_terminal
    tasks: dict[str, TaskID] = {}

    def show(what: str, done: int, of: int | None) -> None:
        if what not in tasks:
            tasks[what] = drawn.add_task(what, total=of)
        drawn.update(tasks[what], completed=done, total=of)

    with drawn:
        yield show
