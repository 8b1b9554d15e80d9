"""A system clock that a test sets, for a process that calls `follow` before it imports the shop."""

import time
from pathlib import Path


def follow(path: str) -> None:
    """Add the seconds in a file to `time.time`, which Python's code calls."""
    unchanged = time.time

    def shifted() -> float:
        return unchanged() + float(Path(path).read_text())

    time.time = shifted


def set_back(path: Path, seconds: float) -> None:
    """Set the clock of the processes that follow `path` back, from the time of the machine."""
    written = path.with_suffix(".new")
    written.write_text(str(-seconds))
    written.replace(path)
