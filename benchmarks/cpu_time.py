"""How long processes were busy: what they cost, however many others share the machine."""

import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def processor_seconds(group: int) -> float | None:
    """User and system time of all processes of a group; None where the system does not tell."""
    if not (_PROC / "self" / "stat").exists():
        return None
    ticks = 0
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            ticks += _ticks_in_group(entry, group)
    return ticks / _TICKS


def _ticks_in_group(entry: Path, group: int) -> int:
    """proc(5), /proc/pid/stat: the name in parentheses, then pgrp third, utime and stime 12th."""
    try:
        said = (entry / "stat").read_text()
    except OSError:
        return 0
    fields = said.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
