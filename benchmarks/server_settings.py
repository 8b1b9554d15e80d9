"""How many processes, and how many threads in each: the choice that `novacart serve` makes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.load_generator import Load
from benchmarks.rounds import BARE, Contest, Row, measured
from benchmarks.scenarios import Scenario
from benchmarks.servers import Server, granian_server
from benchmarks.statistics import Run, figures_of

WORKERS: Final = (1, 2, 3)
THREADS: Final = (1, 2, 4)
CONNECTIONS: Final = 16
_WARM_UP: Final = 0.3


def compare_settings(contest: Contest, scenarios: Sequence[Scenario], folder: Path) -> list[Row]:
    """Each scenario under each number of workers and threads, in turns over several rounds."""
    choices = [(workers, threads) for workers in WORKERS for threads in THREADS]
    bare: list[Run] = []
    runs: dict[tuple[str, str, tuple[int, int]], list[Run]] = {}
    for subject in contest.subjects:
        loads = {}
        for scenario in scenarios:
            batch = scenario.prepare(subject, 1, contest.effort.once)[0]
            loads[scenario.name] = [request.encoded() for request in batch]
        for _ in range(contest.effort.rounds):
            bare.append(_run(contest.bare, [BARE], contest.effort.seconds))
            for choice in choices:
                with granian_server(
                    "novacart.entrypoints.wsgi:app",
                    subject.environment,
                    folder,
                    path="/api/health/",
                    workers=choice[0],
                    blocking_threads=choice[1],
                ) as server:
                    for name, requests in loads.items():
                        _run(server, requests, _WARM_UP)
                        run = _run(server, requests, contest.effort.seconds)
                        runs.setdefault((name, subject.name, choice), []).append(run)
    beside = figures_of(bare).per_second
    rows = []
    for (name, subject_name, (workers, threads)), its_runs in runs.items():
        figures = figures_of(its_runs)
        rows.append(
            Row(
                scenario=f"{name}, {workers} × {threads}",
                subject=subject_name,
                figures=figures,
                ratio=figures.per_second / beside,
            )
        )
    return sorted(rows, key=lambda row: (row.scenario.split(",")[0], row.subject))


def _run(server: Server, requests: list[bytes], seconds: float) -> Run:
    return measured(server, Load(requests=requests, connections=CONNECTIONS, seconds=seconds))
