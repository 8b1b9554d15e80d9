"""Refresh tokens that are used again within their leeway, with exchanges in a Redis server."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from redis import Redis
from sqlalchemy import bindparam, insert, select

from novacart.adapters.persistence.accounts import token_families
from novacart.adapters.persistence.accounts.tables import refresh_tokens
from novacart.adapters.persistence.accounts.tables import token_families as families
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, ClockAt, a_customer
from tests.support.clock import SetClock
from tests.support.query_counter import counted_statements
from tests.support.redis import RedisServer

# Without the conditions on the token, its family and its user.
NAIVE = DriverStatement(
    insert(refresh_tokens).from_select(
        ("id", "family_id", "issued_at", "expires_at"),
        select(
            bindparam("successor_id"),
            families.c.id,
            bindparam("issued_at", type_=refresh_tokens.c.issued_at.type),
            bindparam("expires_at", type_=refresh_tokens.c.expires_at.type),
        ).where(families.c.id == bindparam("family_id")),
    )
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(server: RedisServer) -> Iterator[Redis]:
    with server.client() as redis:
        redis.flushall()
        yield redis


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


@pytest.fixture
def app(make_app: MakeApp, clock: SetClock, server: RedisServer) -> Flask:
    return make_app(
        CheapPasswords(), ClockAt(clock), REDIS_URL=server.url, RATELIMIT_ENABLED="False"
    )


def refresh(client: FlaskClient, token: str) -> tuple[int, str]:
    response = client.post("/api/token/refresh/", json={"refresh": token})
    return response.status_code, response.get_json().get("refresh", "")


def sign_out(client: FlaskClient, token: str) -> None:
    response = client.post("/api/token/blacklist/", json={"refresh": token})
    assert response.status_code == 200


@pytest.mark.usefixtures("redis")
def test_second_use_takes_one_statement(client: FlaskClient, injector: Injector) -> None:
    asha = a_customer(client)
    assert refresh(client, asha.refresh)[0] == 200
    with counted_statements(injector.get(Database)) as statements:
        status, successor = refresh(client, asha.refresh)
    assert status == 200
    assert len(statements) == 1
    assert refresh(client, successor)[0] == 200


def test_late_use_ends_the_session_while_redis_has_the_exchange(
    client: FlaskClient, clock: SetClock, redis: Redis
) -> None:
    asha = a_customer(client)
    _, successor = refresh(client, asha.refresh)
    clock.move(seconds=10)
    assert refresh(client, asha.refresh)[0] == 200
    clock.move(seconds=1)
    assert redis.dbsize() == 1
    assert refresh(client, asha.refresh)[0] == 401
    assert refresh(client, successor)[0] == 401


def use_after_sign_out(client: FlaskClient, redis: Redis) -> int:
    """The status of a use whose exchange Redis has."""
    asha = a_customer(client)
    refresh(client, asha.refresh)
    sign_out(client, asha.refresh)
    assert redis.dbsize() == 1
    return refresh(client, asha.refresh)[0]


def test_ended_session_is_not_refreshed(client: FlaskClient, redis: Redis) -> None:
    assert use_after_sign_out(client, redis) == 401


def test_naive_statement_refreshes_an_ended_session(
    client: FlaskClient, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the statement without its conditions."""
    monkeypatch.setattr(token_families, "_ADD_SUCCESSOR", NAIVE)
    assert use_after_sign_out(client, redis) == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("redis")
def test_successor_of_a_session_that_ends_at_the_same_moment_is_invalid(
    client: FlaskClient, injector: Injector, clock: SetClock
) -> None:
    asha = a_customer(client)
    user_id = UserId(asha.get("/api/my/dashboard/").get_json()["id"])
    refresh(client, asha.refresh)
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    with begin() as work:
        work.token_families.revoke_all(user_id, at=clock.now())
        # It neither waits for the transaction nor sees it.
        status, successor = refresh(client, asha.refresh)
        assert status == 200
        work.commit()
    assert refresh(client, successor)[0] == 401


def test_loss_of_redis_changes_no_result(
    client: FlaskClient, clock: SetClock, redis: Redis, server: RedisServer
) -> None:
    asha = a_customer(client)

    def use_again() -> str:
        status, successor = refresh(client, asha.refresh)
        assert status == 200
        return successor

    successors = [use_again() for _ in range(2)]
    redis.flushall()
    successors.append(use_again())
    with server.stopped():
        successors.append(use_again())
    server.kill()
    try:
        successors.append(use_again())
        assert [refresh(client, token)[0] for token in successors] == [200] * 5
        clock.move(seconds=11)
        assert refresh(client, asha.refresh)[0] == 401
        assert refresh(client, successors[0])[0] == 401
    finally:
        server.start()
