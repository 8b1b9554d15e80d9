"""Many at once: one e-mail address, one refresh token, one reset link, one new default."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from sqlalchemy import delete, func, select

from novacart.adapters.memory.mailer import MemoryMailer
from novacart.adapters.persistence.accounts.tables import refresh_tokens, users
from novacart.adapters.persistence.database import Database
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import ConcurrentChange
from novacart.entrypoints.container import build_relay
from tests.support.builders.accounts import PASSWORD, WEEK
from tests.support.clock import SetClock
from tests.support.people import CheapPasswords, ClockAt, MailTo, a_customer, register

AT_ONCE = 20
HUNDRED = 100


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: SetClock, mailer: MemoryMailer) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock), MailTo(mailer), RATELIMIT_ENABLED="False")


def at_once(count: int, act: Callable[[int], Any], *, threads: int = AT_ONCE) -> list[Any]:
    """`act` of each number, as many at the same moment as there are threads."""
    barrier = Barrier(threads)

    def together(number: int) -> Any:  # noqa: ANN401 (whatever it gives)
        barrier.wait(30)
        return act(number)

    assert count % threads == 0
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(together, range(count)))


def test_one_address_registered_100_times_at_once_is_one_user(
    app: Flask, database: Database
) -> None:
    def try_to_register(number: int) -> int:
        body = {"username": f"asha{number}", "email": "asha@example.com", "password": PASSWORD}
        answer = app.test_client().post("/api/register/", json=body)
        if answer.status_code != 201:
            assert answer.get_json()["email"] == ["A user with that email already exists."]
        return answer.status_code

    statuses = Counter(at_once(HUNDRED, try_to_register))
    assert statuses == {201: 1, 400: HUNDRED - 1}
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(users)) == 1


def test_one_username_registered_at_once_is_one_user(app: Flask) -> None:
    def try_to_register(number: int) -> int:
        body = {"username": "asha", "email": f"asha{number}@example.com", "password": PASSWORD}
        return app.test_client().post("/api/register/", json=body).status_code

    assert Counter(at_once(AT_ONCE, try_to_register)) == {201: 1, 400: AT_ONCE - 1}


def refresh(app: Flask, token: str) -> Any:  # noqa: ANN401 (status and body)
    answer = app.test_client().post("/api/token/refresh/", json={"refresh": token})
    return answer.status_code, answer.get_json()


def test_one_refresh_token_used_20_times_at_once_gives_20_that_live(
    app: Flask, client: FlaskClient, clock: SetClock
) -> None:
    asha = a_customer(client)
    given = at_once(AT_ONCE, lambda _: refresh(app, asha.refresh))
    assert {status for status, _ in given} == {200}
    assert len({tokens["refresh"] for _, tokens in given}) == AT_ONCE
    clock.move(hours=1)
    assert {refresh(app, tokens["refresh"])[0] for _, tokens in given} == {200}


def test_a_rotated_token_used_20_times_at_once_after_its_leeway_ends_the_family(
    app: Flask, client: FlaskClient, clock: SetClock
) -> None:
    asha = a_customer(client)
    _, tokens = refresh(app, asha.refresh)
    clock.move(seconds=11)
    given = at_once(AT_ONCE, lambda _: refresh(app, asha.refresh))
    assert {status for status, _ in given} == {401}
    assert refresh(app, tokens["refresh"])[0] == 401


def test_signing_out_wins_against_every_refresh(app: Flask, client: FlaskClient) -> None:
    asha = a_customer(client)

    def refresh_or_leave(number: int) -> Any:  # noqa: ANN401 (status and body)
        if number == AT_ONCE // 2:
            answer = app.test_client().post("/api/token/blacklist/", json={"refresh": asha.refresh})
            return answer.status_code, {}
        return refresh(app, asha.refresh)

    given = at_once(AT_ONCE, refresh_or_leave)
    assert {status for status, _ in given} <= {200, 401}
    assert given[AT_ONCE // 2][0] == 200
    for _, tokens in given:
        if "refresh" in tokens:
            assert refresh(app, tokens["refresh"])[0] == 401


def family_of(injector: Injector, token: str) -> tuple[int, str]:
    claims = injector.get(Tokens).read(token)  # type: ignore[type-abstract]
    return claims.family_id, claims.token_id


def test_the_naive_version_that_spends_a_token_throws_out_the_other_tabs(
    client: FlaskClient, database: Database, injector: Injector
) -> None:
    """The negative control: a token deleted by its first use leaves 19 of 20 tabs outside."""
    asha = a_customer(client)
    _, token_id = family_of(injector, asha.refresh)

    def spend(_: int) -> bool:
        with database.writing() as connection:
            spent = connection.execute(
                delete(refresh_tokens).where(refresh_tokens.c.id == token_id)
            ).rowcount
            connection.commit()
        return spent == 1

    assert Counter(at_once(AT_ONCE, spend)) == {True: 1, False: AT_ONCE - 1}


def test_the_naive_version_that_reads_before_it_locks_loses_the_other_tabs(
    client: FlaskClient, injector: Injector, clock: SetClock
) -> None:
    """The negative control: decided on a read outside the lock, 19 of 20 writes come too late."""
    asha = a_customer(client)
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    family_id, token_id = family_of(injector, asha.refresh)
    everybody_has_read = Barrier(AT_ONCE)

    def rotate(number: int) -> bool:
        with begin() as work:
            family = work.token_families.presenting(family_id, token_id)
        assert family is not None
        everybody_has_read.wait(30)
        family.rotate(
            token_id, successor_id=f"tab-{number}", at=clock.now(), lifetime=WEEK, leeway=WEEK
        )
        try:
            with begin() as work:
                # Loaded anew only so that the repository knows what is stored.
                work.token_families.presenting(family_id, token_id)
                work.token_families.save(family)
                work.commit()
        except ConcurrentChange:
            return False
        return True

    assert Counter(at_once(AT_ONCE, rotate)) == {True: 1, False: AT_ONCE - 1}


def test_one_default_address_whoever_comes_last(app: Flask, client: FlaskClient) -> None:
    asha = a_customer(client)
    body = {
        "name": "Asha",
        "mobile": "9000000001",
        "pincode": "560001",
        "state": "Karnataka",
        "district": "Bengaluru",
        "town": "Bengaluru",
        "house_number": "1",
        "address": "Residency Road",
        "is_default": True,
    }

    def add(_: int) -> int:
        return (
            app.test_client().post("/api/addresses/", json=body, headers=asha.headers).status_code
        )

    assert Counter(at_once(AT_ONCE, add)) == {201: AT_ONCE}
    entries = asha.get("/api/addresses/").get_json()
    assert sum(entry["is_default"] for entry in entries) == 1


def test_one_reset_link_used_at_once_sets_one_password(
    app: Flask, client: FlaskClient, injector: Injector, mailer: MemoryMailer
) -> None:
    register(client)
    client.post("/api/password-reset/", json={"email": "asha@example.com"})
    relay = build_relay(injector)
    while relay():
        pass
    (mail,) = mailer.sent.values()
    token = mail.text.partition("/reset-password/")[2].split()[0].partition("/")[2]

    def confirm(number: int) -> int:
        body = {"token": token, "password": f"lantern-{number}-by-the-lake"}
        return app.test_client().post("/api/password-reset/confirm/", json=body).status_code

    statuses = at_once(AT_ONCE, confirm)
    assert Counter(statuses) == {200: 1, 400: AT_ONCE - 1}
    chosen = f"lantern-{statuses.index(200)}-by-the-lake"
    answer = client.post("/api/token/", json={"username": "asha", "password": chosen})
    assert answer.status_code == 200
