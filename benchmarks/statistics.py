"""What a measurement is told by."""

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of load: `latencies` in nanoseconds, `seconds` of wall clock.

    `unexpected` counts the answers of other statuses than the one expected, `broken` the
    connections that ended without an answer. `client_share` is the part of one core that
    the client itself was busy with: near 1, it was the client that was measured.
    `processor` is how many seconds the server's processes were busy, where that is known.
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
    """Several runs of one kind together: the median rate, and percentiles of all latencies.

    `processor_us` is what one request costs the server's processes, in microseconds.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    requests: int
    failed: int
    client_share: float
    processor_us: float | None = None


def figures_of(runs: Sequence[Run]) -> Figures:
    """Tell several runs by one set of figures."""
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
    answered = sum(len(run.latencies) for run in runs)
    if len(busy) < len(runs) or not answered:
        return None
    return sum(busy) / answered * 1e6


def percentile(ordered: Sequence[int], percent: float) -> int:
    """The nearest-rank percentile of rising values; 0 of none."""
    if not ordered:
        return 0
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]
