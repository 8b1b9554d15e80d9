"""Latencies, rates and processor time of benchmark runs."""

import math
import os
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    was the bottleneck. `processor` is the processor time in seconds by kind of process, empty
    where it is unknown. `drained` is the time in seconds after the last response until a worker
    had handled all events.
    """

    latencies: "array[int]"
    seconds: float
    unexpected: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    client_share: float = 0.0
    processor: Mapping[str, float] = field(default_factory=dict)
    drained: float | None = None

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def failed(self) -> int:
        return self.unexpected.total() + self.broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Several runs together: the median rate, and percentiles of all latencies.

    `processor_us` is the processor time of one request in microseconds, by kind of process.
    """

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    requests: int
    failed: int
    client_share: float
    processor_us: Mapping[str, float]
    drained: float | None = None

    @property
    def total_processor_us(self) -> float | None:
        return sum(self.processor_us.values()) if self.processor_us else None


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
    drained = [run.drained for run in runs if run.drained is not None]
    return Figures(
        per_second=median(run.per_second for run in runs),
        p50_ms=percentile(ordered, 50) / 1e6,
        p95_ms=percentile(ordered, 95) / 1e6,
        p99_ms=percentile(ordered, 99) / 1e6,
        requests=len(ordered),
        failed=sum(run.failed for run in runs),
        client_share=max(run.client_share for run in runs),
        processor_us=_processor_us(runs, len(ordered)),
        drained=median(drained) if drained else None,
    )


def _processor_us(runs: Sequence[Run], requests: int) -> dict[str, float]:
    busy: dict[str, float] = defaultdict(float)
    for run in runs:
        for kind, seconds in run.processor.items():
            busy[kind] += seconds
    return {kind: seconds / requests * 1e6 for kind, seconds in busy.items()} if requests else {}


def ratio_of(runs: Sequence[Run], baseline: Sequence[Run]) -> float:
    """Return the median over the rounds of the rate as a share of the baseline's rate."""
    return median(
        run.per_second / base.per_second if base.per_second else 0.0
        for run, base in zip(runs, baseline, strict=True)
    )


def percentile(ordered: Sequence[int], percent: float) -> int:
    """Return the nearest-rank percentile of ascending values; 0 for none."""
    if not ordered:
        return 0
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


def processor_seconds(processes: Mapping[str, int]) -> dict[str, float]:
    """Return user and system time of each kind's process and its descendants.

    Includes that of descendants that have ended. Empty on systems without /proc.
    """
    if not (_PROC / "self" / "stat").exists():
        return {}
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for pid, fields in _process_stats():
        parents[pid] = int(fields[1])
        # utime, stime, and both of the children that were waited for.
        ticks[pid] = sum(map(int, fields[11:15]))
    return {
        kind: sum(ticks.get(pid, 0) for pid in _with_descendants(root, parents))
        / os.sysconf("SC_CLK_TCK")
        for kind, root in processes.items()
    }


def descendants(root: int) -> list[int]:
    """Return the ids of a process and of its descendants."""
    parents = {pid: int(fields[1]) for pid, fields in _process_stats()}
    return list(_with_descendants(root, parents))


def _with_descendants(root: int, parents: Mapping[int, int]) -> Iterable[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent in parents.items():
        children[parent].append(pid)
    pending = [root]
    while pending:
        pid = pending.pop()
        yield pid
        pending += children[pid]


def _process_stats() -> Iterator[tuple[int, list[str]]]:
    """Each process with the fields of /proc/pid/stat after its name (proc(5))."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            yield int(entry.name), stat.rpartition(")")[2].split()
