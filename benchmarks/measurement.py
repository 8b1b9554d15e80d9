"""Measurement of scenarios in rounds, in each of which every subject is measured in turn."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from benchmarks.load_generator import Load, Request, fetch, measure
from benchmarks.metrics import (
    Figures,
    Run,
    Statements,
    figures_of,
    processor_seconds,
    ratio_of,
)
from benchmarks.progress import Progress
from benchmarks.recording import FloorRoute, record_route
from benchmarks.scenarios import Rounds, Scenario, Script
from benchmarks.servers import Checkout, canned_server, granian_server
from benchmarks.subjects import FLOOR, SHOP, BenchmarkShop, Subject, running_subjects
from benchmarks.targets import Ratios, Target
from novacart.adapters.persistence.database import Database

# granian's interface, and the application of the shop for it.
_INTERFACES: Final = {
    "wsgi": "novacart.entrypoints.wsgi:app",
    "rsgi": "novacart.entrypoints.rsgi:application",
}
_WORKERS: Final = (1, 2)
_WARM_UP: Final = 0.3  # seconds
_COMPARED_RESPONSES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """`rounds` of `seconds` each with `connections` clients.

    `once` is about the number of requests of a round that can be sent only once.
    """

    rounds: int
    seconds: float
    connections: int
    once: int


QUICK: Final = Effort(rounds=1, seconds=0.3, connections=16, once=48)
FULL: Final = Effort(rounds=5, seconds=0.8, connections=16, once=480)
# The kernel distributes the connections of a round to the web processes by chance. If one process
# has 11 of 16, its responses take longer. So there are more and shorter rounds.
LISTS: Final = replace(FULL, rounds=7, seconds=0.3, once=240)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario on one subject. `floor` and `other` compare it with those."""

    scenario: str
    database: str
    subject: str
    figures: Figures
    statements: Statements | None = None
    floor: Ratios | None = None
    other: Ratios | None = None
    target: Target | None = None

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.target.is_met(self.figures, self.statements, floor=self.floor, other=self.other)


class FloorDiffers(Exception):
    """The floor's response is not that of the shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedScenario:
    """A scenario with its requests; `route` is that of the floor."""

    scenario: Scenario
    rounds: Rounds
    statements: Statements
    route: FloorRoute | None


def measure_shop(
    shop: BenchmarkShop,
    scenarios: Sequence[Scenario],
    effort: Effort,
    against: Checkout | None,
    progress: Progress,
) -> list[Result]:
    """Prepare all scenarios, start the subjects, and measure scenario by scenario."""
    prepared = []
    for scenario in scenarios:
        progress.say(f"{shop.database.dialect}: preparing {scenario.name}")
        prepared.append(prepare_scenario(shop, scenario, effort))
    routes = [each.route for each in prepared if each.route is not None]
    against = against if any(each.scenario.compared for each in prepared) else None
    results = []
    with running_subjects(shop, routes, against) as subjects:
        for each in prepared:
            if each.route is not None:
                _ensure_same_responses(each, subjects)
        for each in prepared:
            progress.say(f"{shop.database.dialect}: measuring {each.scenario.name}")
            results += _measure_scenario(each, subjects, effort)
    return results


def prepare_scenario(shop: BenchmarkShop, scenario: Scenario, effort: Effort) -> PreparedScenario:
    """Fill the shop for a scenario, count its statements and record its route of the floor."""
    rounds = scenario.prepare(shop, effort.rounds, effort.once)
    first = rounds[0][0][0]
    route = None
    if scenario.shape:
        database = shop.injector.get(Database)
        read = (
            partial(scenario.read, database, first) if scenario.read else partial(shop.send, first)
        )
        route = record_route(read, database, first, scenario.shape)
    return PreparedScenario(
        scenario=scenario,
        rounds=rounds,
        statements=_count_statements(shop, scenario, rounds),
        route=route,
    )


def _count_statements(shop: BenchmarkShop, scenario: Scenario, rounds: Rounds) -> Statements:
    """Count those of a journey when caches are filled."""
    journey = scenario.journey
    script = rounds[0][0] if scenario.repeated else _own_script(shop, scenario)
    # The journey itself, since a page of another product fills no cache for it.
    for request in script[-journey:] if scenario.repeated else script[:journey]:
        shop.send(request)
    return shop.count_statements(script[-journey:])


def _own_script(shop: BenchmarkShop, scenario: Scenario) -> Script:
    """Requests that are not sent again when the subjects are measured."""
    rounds = scenario.prepare(shop, 1, 8 * scenario.journey)
    return rounds[0][0]


def _ensure_same_responses(prepared: PreparedScenario, subjects: Sequence[Subject]) -> None:
    shop, floor = (
        next(subject for subject in subjects if subject.name == name) for name in (SHOP, FLOOR)
    )
    for request in prepared.rounds[0][0][:_COMPARED_RESPONSES]:
        expected, actual = (fetch(each.server.port, request) for each in (shop, floor))
        if expected != actual:
            raise FloorDiffers(
                f"{prepared.scenario.name}: the shop answers {expected[:600]!r},"
                f" the floor {actual[:600]!r}."
            )


def _measure_scenario(
    prepared: PreparedScenario, subjects: Sequence[Subject], effort: Effort
) -> list[Result]:
    scenario = prepared.scenario
    measured = [
        subject
        for subject in subjects
        if subject.name == SHOP
        or (prepared.route is not None if subject.name == FLOOR else scenario.compared)
    ]
    runs: dict[str, list[Run]] = {subject.name: [] for subject in measured}
    with ExitStack() as stack:
        if scenario.worker:
            measured = [stack.enter_context(each.with_worker()) for each in measured]
        for number, scripts in enumerate(prepared.rounds):
            for subject in measured:
                load = _load(subject, scripts, scenario, effort)
                if scenario.repeated and not number:
                    measure(subject.server.port, replace(load, seconds=_WARM_UP))
                runs[subject.name].append(measure_subject(subject, load))
    return [_result(prepared, subject, runs) for subject in measured]


def _load(subject: Subject, scripts: Sequence[Script], scenario: Scenario, effort: Effort) -> Load:
    return Load(
        scripts=[[subject.exchange_of(request) for request in script] for script in scripts],
        repeated=scenario.repeated,
        journey=scenario.journey,
        connections=effort.connections,
        seconds=effort.seconds,
    )


def _result(
    prepared: PreparedScenario, subject: Subject, runs: Mapping[str, Sequence[Run]]
) -> Result:
    own = runs[subject.name]
    result = Result(
        scenario=prepared.scenario.name,
        database=subject.database.dialect,
        subject=subject.name,
        figures=figures_of(own),
    )
    if subject.name != SHOP:
        return result
    others = [each for name, each in runs.items() if name not in {SHOP, FLOOR}]
    target = prepared.scenario.target
    return replace(
        result,
        statements=prepared.statements,
        floor=_ratios(own, runs[FLOOR]) if FLOOR in runs else None,
        other=_ratios(own, others[0]) if others else None,
        target=target if target.applies_to(subject.database.dialect) else None,
    )


def _ratios(runs: Sequence[Run], baseline: Sequence[Run]) -> Ratios:
    own, base = figures_of(runs).total_processor_us, figures_of(baseline).total_processor_us
    return Ratios(
        rate=ratio_of(runs, baseline), processor=base / own if own and base is not None else None
    )


def measure_subject(subject: Subject, load: Load) -> Run:
    """Run the load, and add the processor time of the subject's processes.

    If a worker is one of them, wait until it has handled all events.
    """
    before = processor_seconds(subject.processes)
    run = measure(subject.server.port, load)
    if "worker" in subject.processes:
        run = replace(run, drained=subject.wait_until_drained())
    after = processor_seconds(subject.processes)
    return replace(run, processor={kind: after[kind] - before[kind] for kind in after})


def compare_servers(
    shop: BenchmarkShop, scenarios: Sequence[Scenario], effort: Effort
) -> list[Result]:
    """Measure each scenario under granian's WSGI interface and under our RSGI bridge, in turn."""
    choices = [(interface, workers) for workers in _WORKERS for interface in _INTERFACES]
    runs: dict[tuple[str, str], list[Run]] = {}
    prepared = [(scenario, scenario.prepare(shop, 1, effort.once)[0]) for scenario in scenarios]
    for _ in range(effort.rounds):
        for interface, workers in choices:
            with granian_server(
                _INTERFACES[interface],
                shop.environment,
                shop.folder,
                path="/api/health/",
                interface=interface,
                workers=workers,
            ) as server:
                subject = Subject(
                    name=f"{interface} × {workers}",
                    server=server,
                    database=shop.database,
                    processes={"web": server.process, **shop.database.processes},
                )
                for scenario, scripts in prepared:
                    load = _load(subject, scripts, scenario, effort)
                    measure(server.port, replace(load, seconds=_WARM_UP))
                    run = measure_subject(subject, load)
                    runs.setdefault((scenario.name, subject.name), []).append(run)
    return [
        Result(
            scenario=scenario,
            database=shop.database.dialect,
            subject=subject_name,
            figures=figures_of(each),
        )
        for (scenario, subject_name), each in runs.items()
    ]


def client_limit(effort: Effort) -> float:
    """Return the rate that the load generator reaches with a trivial server, in requests/s."""
    script = [Request.get("/api/health/").exchange]
    with canned_server() as port:
        load = Load(scripts=[script], connections=effort.connections, seconds=1.0)
        return measure(port, load).per_second
