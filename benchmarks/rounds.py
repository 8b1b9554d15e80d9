"""Shops and the bare route by turns, so that what the machine does beside hits all alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from benchmarks.cpu_time import processor_seconds
from benchmarks.http_wire import Request
from benchmarks.load_generator import Load, measure
from benchmarks.scenarios import Scenario
from benchmarks.servers import Server
from benchmarks.statements import Statements, statements_of
from benchmarks.statistics import Figures, Run, figures_of
from benchmarks.subject import Subject

BARE: Final = Request.get("/bare/").encoded()
_WARM_UP: Final = 0.3  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured: `rounds` of `seconds` each, `connections` at a time.

    `once` is how many requests a round has where each can be sent only once.
    """

    rounds: int
    seconds: float
    connections: int
    once: int


QUICK: Final = Effort(rounds=2, seconds=0.5, connections=8, once=60)
FULL: Final = Effort(rounds=5, seconds=1.0, connections=8, once=150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scenario on one shop; `ratio` is its rate in that of the bare route beside it."""

    scenario: str
    subject: str
    figures: Figures
    ratio: float
    statements: Statements | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """`bare` is the server of the bare route."""

    bare: Server
    subjects: Sequence[Subject]
    effort: Effort

    def hold(self, scenario: Scenario) -> list[Row]:
        """Measure one scenario on every shop, and the bare route before each round.

        The bare route's own row comes first.
        """
        effort = self.effort
        rounds = effort.rounds
        batches = {each.name: scenario.prepare(each, rounds, effort.once) for each in self.subjects}
        statements = {
            each.name: self._statements(each, scenario, batches[each.name])
            for each in self.subjects
        }
        runs: Mapping[str, list[Run]] = {"": [], **{each.name: [] for each in self.subjects}}
        self._run(self.bare, [BARE], seconds=_WARM_UP)
        for place in range(rounds):
            runs[""].append(self._run(self.bare, [BARE], seconds=effort.seconds))
            for each in self.subjects:
                requests = [request.encoded() for request in batches[each.name][place]]
                if place == 0 and scenario.repeated:
                    self._run_scenario(each, scenario, requests, seconds=_WARM_UP)
                runs[each.name].append(
                    self._run_scenario(each, scenario, requests, seconds=effort.seconds)
                )
        bare = figures_of(runs[""])
        rows = [Row(scenario=scenario.name, subject="bare Flask route", figures=bare, ratio=1.0)]
        for each in self.subjects:
            figures = figures_of(runs[each.name])
            rows.append(
                Row(
                    scenario=scenario.name,
                    subject=each.name,
                    figures=figures,
                    ratio=ratio_of(runs[each.name], runs[""]),
                    statements=statements[each.name],
                )
            )
        return rows

    def _statements(
        self, subject: Subject, scenario: Scenario, batches: list[list[Request]]
    ) -> Statements:
        """Of the second request of its kind, once everything that is kept is there."""
        spare = batches[0] if scenario.repeated else scenario.prepare(subject, 1, 2)[0]
        subject.answer(spare[0], expected=scenario.expected)
        return statements_of(subject, spare[-1], expected=scenario.expected)

    def _run_scenario(
        self, subject: Subject, scenario: Scenario, requests: list[bytes], *, seconds: float
    ) -> Run:
        return self._run(
            subject.server,
            requests,
            seconds=seconds if scenario.repeated else 120.0,
            expected=scenario.expected,
            repeated=scenario.repeated,
        )

    def _run(
        self,
        server: Server,
        requests: Sequence[bytes],
        *,
        seconds: float,
        expected: int = 200,
        repeated: bool = True,
    ) -> Run:
        load = Load(
            requests=requests,
            expected=expected,
            repeated=repeated,
            connections=self.effort.connections,
            seconds=seconds,
        )
        return measured(server, load)


def ratio_of(runs: Sequence[Run], beside: Sequence[Run]) -> float:
    """The median of each round's rate in that of the same round beside it."""
    return median(
        run.per_second / other.per_second for run, other in zip(runs, beside, strict=True)
    )


def measured(server: Server, load: Load) -> Run:
    """One run of load on a server, with what it cost its processes."""
    before = processor_seconds(server.process)
    run = measure(server.port, load)
    after = processor_seconds(server.process)
    if before is None or after is None:
        return run
    return replace(run, processor=after - before)
