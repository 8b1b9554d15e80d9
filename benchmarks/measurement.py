"""Measurement of scenarios in rounds that alternate with the bare Flask route."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.load_generator import Load, Request, measure
from benchmarks.metrics import (
    Figures,
    Run,
    Statements,
    figures_of,
    processor_seconds,
    ratio_of,
)
from benchmarks.scenarios import Scenario
from benchmarks.servers import Server, canned_server, granian_server
from benchmarks.shops import BenchmarkServers, BenchmarkShop

BARE: Final = Request.get("/bare/").encoded()
SERVERS_CONNECTIONS: Final = 16
# granian's interface, and the application of the shop for it.
_INTERFACES: Final = {
    "wsgi": "novacart.entrypoints.wsgi:app",
    "rsgi": "novacart.entrypoints.rsgi:application",
}
_WORKERS: Final = (1, 2)
_WARM_UP: Final = 0.3  # seconds
_ONCE_TIMEOUT: Final = 120.0  # seconds for requests that are sent once


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """`rounds` of `seconds` each with `connections` clients.

    `once` is the number of requests of a round that can be sent only once.
    """

    rounds: int
    seconds: float
    connections: int
    once: int


QUICK: Final = Effort(rounds=2, seconds=0.5, connections=8, once=60)
FULL: Final = Effort(rounds=5, seconds=1.0, connections=8, once=150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario on one server; `ratio` is its rate as a share of the bare route's."""

    scenario: str
    server: str
    figures: Figures
    ratio: float
    statements: Statements | None = None


def measure_scenario(servers: BenchmarkServers, scenario: Scenario, effort: Effort) -> list[Result]:
    """Measure the bare route and then every shop, round by round.

    The first result is that of the bare route.
    """
    batches = {
        shop.name: scenario.prepare(shop, effort.rounds, effort.once) for shop in servers.shops
    }
    statements = {
        shop.name: _count_statements(shop, scenario, batches[shop.name]) for shop in servers.shops
    }
    bare_runs: list[Run] = []
    runs: Mapping[str, list[Run]] = {shop.name: [] for shop in servers.shops}
    bare_load = Load(requests=[BARE], connections=effort.connections, seconds=effort.seconds)
    measure_server(servers.bare, replace(bare_load, seconds=_WARM_UP))
    for number in range(effort.rounds):
        bare_runs.append(measure_server(servers.bare, bare_load))
        for shop in servers.shops:
            load = Load(
                requests=[request.encoded() for request in batches[shop.name][number]],
                expected=scenario.expected,
                repeated=scenario.repeated,
                connections=effort.connections,
                seconds=effort.seconds if scenario.repeated else _ONCE_TIMEOUT,
            )
            if number == 0 and scenario.repeated:
                measure_server(shop.server, replace(load, seconds=_WARM_UP))
            runs[shop.name].append(measure_server(shop.server, load))
    bare = Result(
        scenario=scenario.name,
        server="bare Flask route",
        figures=figures_of(bare_runs),
        ratio=1.0,
    )
    return [
        bare,
        *(
            Result(
                scenario=scenario.name,
                server=shop.name,
                figures=figures_of(runs[shop.name]),
                ratio=ratio_of(runs[shop.name], bare_runs),
                statements=statements[shop.name],
            )
            for shop in servers.shops
        ),
    ]


def compare_servers(
    servers: BenchmarkServers, scenarios: Sequence[Scenario], effort: Effort
) -> list[Result]:
    """Measure each scenario under granian's WSGI interface and under our RSGI bridge, in turn."""
    choices = [(interface, workers) for workers in _WORKERS for interface in _INTERFACES]
    bare_load = _servers_load([BARE], effort.seconds)
    bare_runs: list[Run] = []
    runs: dict[tuple[str, str, tuple[str, int]], list[Run]] = {}
    for shop in servers.shops:
        requests = {
            scenario.name: [
                request.encoded() for request in scenario.prepare(shop, 1, effort.once)[0]
            ]
            for scenario in scenarios
        }
        for _ in range(effort.rounds):
            bare_runs.append(measure_server(servers.bare, bare_load))
            for choice in choices:
                with granian_server(
                    _INTERFACES[choice[0]],
                    shop.environment,
                    servers.folder,
                    path="/api/health/",
                    interface=choice[0],
                    workers=choice[1],
                ) as server:
                    for name, encoded in requests.items():
                        measure_server(server, _servers_load(encoded, _WARM_UP))
                        run = measure_server(server, _servers_load(encoded, effort.seconds))
                        runs.setdefault((name, shop.name, choice), []).append(run)
    bare_rate = figures_of(bare_runs).per_second
    results = []
    for (name, shop_name, (interface, workers)), shop_runs in runs.items():
        figures = figures_of(shop_runs)
        results.append(
            Result(
                scenario=f"{name}, {interface} × {workers}",
                server=shop_name,
                figures=figures,
                ratio=figures.per_second / bare_rate,
            )
        )
    return sorted(results, key=lambda result: (result.scenario.split(",")[0], result.server))


def client_limit(effort: Effort) -> float:
    """Return the rate that the load generator reaches with a trivial server, in requests/s."""
    with canned_server() as port:
        load = Load(requests=[BARE], connections=effort.connections, seconds=2.0)
        return measure(port, load).per_second


def measure_server(server: Server, load: Load) -> Run:
    """Run the load, and add the processor time of the server's processes."""
    before = processor_seconds(server.process)
    run = measure(server.port, load)
    after = processor_seconds(server.process)
    if before is None or after is None:
        return run
    return replace(run, processor=after - before)


def _servers_load(requests: Sequence[bytes], seconds: float) -> Load:
    return Load(requests=requests, connections=SERVERS_CONNECTIONS, seconds=seconds)


def _count_statements(
    shop: BenchmarkShop, scenario: Scenario, batches: list[list[Request]]
) -> Statements:
    """Count those of the second request, when caches are filled."""
    requests = batches[0] if scenario.repeated else scenario.prepare(shop, 1, 2)[0]
    shop.send(requests[0], expected=scenario.expected)
    return shop.count_statements(requests[-1], expected=scenario.expected)
