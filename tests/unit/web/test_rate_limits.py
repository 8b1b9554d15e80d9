"""Rate limits of routes by client network and login."""

import pytest
from flask import Flask, Response, request
from werkzeug.test import TestResponse

from novacart.adapters.web.http import errors, rate_limits, request_log
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.auth import NotAuthenticated
from novacart.adapters.web.http.body import json_body
from novacart.adapters.web.http.rate_limits import limited
from novacart.adapters.web.http.responses import json_response
from novacart.application.authorization.throttle import Throttle, client_network
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.support.clock import SetClock

RIGHT = "right"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def app(clock: SetClock) -> Flask:
    app = NovaCartFlask("test")
    request_log.init_app(app)
    errors.init_app(app)
    app.extensions[rate_limits.EXTENSION] = Throttle(FakeRateLimiter(clock))

    @limited("sign_in", login_field="username")
    def sign_in() -> Response:
        if json_body()["password"] != RIGHT:
            raise NotAuthenticated
        return json_response({})

    @limited("refresh")
    def refresh() -> Response:
        return json_response({}, 200 if request.args.get("good") else 401)

    @limited("register")
    def register() -> Response:
        return json_response({}, 201)

    app.add_url_rule("/sign-in/", view_func=sign_in, methods=["POST"])
    app.add_url_rule("/refresh/", view_func=refresh, methods=["POST"])
    app.add_url_rule("/register/", view_func=register, methods=["POST"])
    return app


def sign_in(
    app: Flask, name: object, password: str = "wrong", address: str = "192.0.2.1"
) -> TestResponse:
    return app.test_client().post(
        "/sign-in/",
        json={"username": name, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def test_login_is_limited_after_twenty_failures_from_any_address(app: Flask) -> None:
    for number in range(20):
        assert sign_in(app, "meera", address=f"192.0.2.{number}").status_code == 401
    response = sign_in(app, "meera", RIGHT, address="198.51.100.1")
    assert response.status_code == 429
    assert response.get_json()["code"] == "too_many_requests"
    assert 0 < int(response.headers["Retry-After"]) <= 900


def test_spellings_of_a_login_count_together(app: Flask) -> None:
    for number in range(20):
        sign_in(app, [" Meera", "MEERA", "meera ", "\uff4d\uff45\uff45\uff52\uff41"][number % 4])
    assert sign_in(app, "meera", RIGHT).status_code == 429


def test_success_resets_the_login(app: Flask) -> None:
    for _ in range(4):
        for _ in range(19):
            assert sign_in(app, "meera").status_code == 401
        assert sign_in(app, "meera", RIGHT).status_code == 200


def test_at_most_fifty_consecutive_failures_of_a_login_in_thirty_days(
    app: Flask, clock: SetClock
) -> None:
    failures = 0
    for step in range(500):
        response = sign_in(app, "meera", address=f"198.51.{step // 250}.{step % 250}")
        failures += response.status_code == 401
        clock.move(minutes=60)
    assert failures == 50


def test_address_is_limited_after_a_hundred_failures_of_any_login(app: Flask) -> None:
    for number in range(100):
        assert sign_in(app, f"user{number}").status_code == 401
    assert sign_in(app, "another").status_code == 429
    assert sign_in(app, "another", address="192.0.2.2").status_code == 401


def test_untrusted_forwarded_address_is_ignored(app: Flask) -> None:
    for number in range(101):
        response = app.test_client().post(
            "/sign-in/",
            json={"username": f"user{number}", "password": "wrong"},
            environ_base={"REMOTE_ADDR": "192.0.2.1"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        assert response.status_code == (401 if number < 100 else 429)


@pytest.mark.parametrize("name", [None, 1, [], "", "   "])
def test_invalid_login_is_left_to_the_route(app: Flask, name: object) -> None:
    assert sign_in(app, name).status_code == 401


def test_successful_refreshes_are_not_limited(app: Flask) -> None:
    client = app.test_client()
    assert {client.post("/refresh/?good=1").status_code for _ in range(500)} == {200}
    codes = [client.post("/refresh/").status_code for _ in range(101)]
    assert codes.count(401) == 100
    assert client.post("/refresh/?good=1").status_code == 429


def test_successful_registrations_count(app: Flask, clock: SetClock) -> None:
    client = app.test_client()
    codes = [client.post("/register/").status_code for _ in range(201)]
    assert (codes.count(201), codes[-1]) == (200, 429)
    clock.move(hours=1)
    assert client.post("/register/").status_code == 201


def test_limits_can_be_disabled(app: Flask) -> None:
    app.extensions[rate_limits.EXTENSION] = Throttle(None)
    assert {sign_in(app, "meera").status_code for _ in range(150)} == {401}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        (None, "unknown"),
        ("@", "unknown"),
    ],
)
def test_client_network(address: str | None, network: str) -> None:
    assert client_network(address) == network
