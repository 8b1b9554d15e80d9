"""Latencies, rates and processor time of benchmark runs."""

import math
import os
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of load: `latencies` in nanoseconds, `seconds` of wall clock.

    `unexpected` counts responses by unexpected status, `broken` connections without a response.
    `client_share` is the processor time of the client as a share of one core: near 1, the client
    was the bottleneck. `processor` is the processor time of the server's processes in seconds,
    None where it is unknown.
    """

    latencies: "array[int]"
    seconds: float
    unexpected: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    client_share: float = 0.0
    processor: float | None = None

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def failed(self) -> int:
        return self.unexpected.total() + self.broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Several runs together: the median rate, and percentiles of all latencies.

    `processor_us` is the processor time of one request in microseconds.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    requests: int
    failed: int
    client_share: float
    processor_us: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """SQL statements of one request, without BEGIN, and commits."""

    sent: int
    commits: int


def figures_of(runs: Sequence[Run]) -> Figures:
    """Combine several runs."""
    latencies = array("Q")
    for run in runs:
        latencies.extend(run.latencies)
    ordered = sorted(latencies)
    return Figures(
        per_second=median(run.per_second for run in runs),
        p50_ms=percentile(ordered, 50) / 1e6,
        p99_ms=percentile(ordered, 99) / 1e6,
        requests=len(ordered),
        failed=sum(run.failed for run in runs),
        client_share=max(run.client_share for run in runs),
        processor_us=_processor_us(runs),
    )


def _processor_us(runs: Sequence[Run]) -> float | None:
    busy = [run.processor for run in runs if run.processor is not None]
    requests = sum(len(run.latencies) for run in runs)
    if len(busy) < len(runs) or not requests:
        return None
    return sum(busy) / requests * 1e6


def ratio_of(runs: Sequence[Run], baseline: Sequence[Run]) -> float:
    """Return the median over the rounds of the rate as a share of the baseline's rate."""
    return median(
        run.per_second / base.per_second for run, base in zip(runs, baseline, strict=True)
    )


def percentile(ordered: Sequence[int], percent: float) -> int:
    """Return the nearest-rank percentile of ascending values; 0 for none."""
    if not ordered:
        return 0
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


def processor_seconds(group: int) -> float | None:
    """Return user and system time of a process group; None on systems without /proc."""
    if not (_PROC / "self" / "stat").exists():
        return None
    ticks = sum(_ticks(entry, group) for entry in _PROC.iterdir() if entry.name.isdigit())
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(entry: Path, group: int) -> int:
    """Read /proc/pid/stat (proc(5)): after the name in parentheses come pgrp, utime and stime."""
    try:
        stat = (entry / "stat").read_text()
    except OSError:
        return 0
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
