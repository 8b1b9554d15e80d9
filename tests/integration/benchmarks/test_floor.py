"""The floor of the benchmarks answers the same bytes as the shop."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import orjson
import pytest
from rich.console import Console
from sqlalchemy.engine import make_url

from benchmarks.databases import BenchmarkDatabase
from benchmarks.floor import Connections, create_floor
from benchmarks.load_generator import Request
from benchmarks.measurement import QUICK, prepare_scenario
from benchmarks.progress import Progress
from benchmarks.scenarios import READS, Scenario
from benchmarks.servers import SECRET_KEY
from benchmarks.subjects import BenchmarkShop, opened_shop

EFFORT = replace(QUICK, once=2)


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[BenchmarkShop]:
    database = BenchmarkDatabase(
        dialect=make_url(database_url).get_backend_name(), url=database_url
    )
    progress = Progress(Console(quiet=True))
    with opened_shop(database, tmp_path, products=200, progress=progress) as shop:
        yield shop


def test_floor_answers_the_same_bytes_as_the_shop(shop: BenchmarkShop) -> None:
    prepared = [prepare_scenario(shop, each, EFFORT) for each in READS if each.shape]
    routes = [orjson.loads(orjson.dumps(asdict(each.route))) for each in prepared if each.route]
    with closing(Connections(shop.database.url)) as connections:
        floor = create_floor(routes, connections, SECRET_KEY).test_client()
        for each in prepared:
            for request in each.rounds[0][0][:2]:
                response = floor.get(request.path, headers=_headers(request))
                expected = shop.app.test_client().get(request.path, headers=_headers(request))
                assert response.data == expected.data, each.scenario.name
                assert len(response.data) > 0


def _headers(request: Request) -> dict[str, str]:
    return {"Host": "127.0.0.1", **request.headers}


def test_floor_runs_the_statements_of_the_shop_with_the_ids_of_the_request(
    shop: BenchmarkShop,
) -> None:
    route = prepare_scenario(shop, _scenario("cart of 5"), EFFORT).route
    assert route is not None
    assert route.signed_in
    user, cart = route.statements
    assert "users" in user.sql
    assert "cart_lines" in cart.sql
    assert {"$id": "user_id"} in list(_values(cart.parameters))


def _values(parameters: Mapping[str, object] | Sequence[object]) -> Iterable[object]:
    return parameters.values() if isinstance(parameters, Mapping) else parameters


def _scenario(name: str) -> Scenario:
    return next(each for each in READS if each.name == name)
