"""Rate limits of routes by client network and subject."""

import pytest
from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import TestResponse

from novacart.adapters.web.http import errors, frame, rate_limits
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.rate_limits import SearchLimiter, limited
from novacart.adapters.web.http.responses import json_response
from novacart.application.authorization.throttle import (
    Throttle,
    TooManyAttempts,
    client_network,
)
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.support.clock import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def app(clock: SetClock) -> Flask:
    app = NovaCartFlask("test")
    frame.init_app(app)
    errors.init_app(app)
    app.extensions[rate_limits.EXTENSION] = Throttle(FakeRateLimiter(clock))

    @limited("password_reset", subject_field="email")
    def reset() -> Response:
        return json_response({})

    @limited("refresh")
    def refresh() -> Response:
        return json_response({}, 200 if request.args.get("good") else 401)

    @limited("register")
    def register() -> Response:
        return json_response({}, 201)

    app.add_url_rule("/reset/", view_func=reset, methods=["POST"])
    app.add_url_rule("/refresh/", view_func=refresh, methods=["POST"])
    app.add_url_rule("/register/", view_func=register, methods=["POST"])
    return app


def reset(
    app: Flask, email: object, address: str = "192.0.2.1", headers: dict[str, str] | None = None
) -> TestResponse:
    return app.test_client().post(
        "/reset/", json={"email": email}, environ_base={"REMOTE_ADDR": address}, headers=headers
    )


def test_subject_is_limited_from_any_address(app: Flask) -> None:
    for number in range(5):
        assert reset(app, "meera@example.com", f"192.0.2.{number}").status_code == 200
    response = reset(app, " Meera@Example.com", "198.51.100.1")
    assert response.status_code == 429
    assert response.get_json()["code"] == "too_many_requests"
    assert response.headers["Retry-After"] == "3600"


def test_address_is_limited_for_any_subject(app: Flask) -> None:
    for number in range(60):
        assert reset(app, f"user{number}@example.com").status_code == 200
    assert reset(app, "another@example.com").status_code == 429
    assert reset(app, "another@example.com", "192.0.2.2").status_code == 200


def test_untrusted_forwarded_address_is_ignored(app: Flask) -> None:
    for number in range(61):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        response = reset(app, f"user{number}@example.com", headers=headers)
        assert response.status_code == (200 if number < 60 else 429)


@pytest.mark.parametrize("proxies", [0, 1, 2])
@pytest.mark.parametrize(
    "forwarded", ["", '""', "203.0.113.9", "203.0.113.8, 203.0.113.9", "203.0.113.8:4711, "]
)
def test_server_and_view_count_a_search_for_one_network(proxies: int, forwarded: str) -> None:
    """The server counts it before `ProxyFix` sets the address of the client."""
    app = NovaCartFlask("test")
    limiter = app.extensions[rate_limits.SEARCHES] = SearchLimiter(1, clock=lambda: 0.0)
    app.config["TRUSTED_PROXIES"] = proxies
    environ = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    for _ in range(2):
        rate_limits.count_coming_search(app, dict(environ))
    fixed = ProxyFix(lambda seen, _: [seen["REMOTE_ADDR"].encode()], x_for=proxies)
    [address] = fixed({**environ, "wsgi.url_scheme": "http"}, lambda *_: print)
    with pytest.raises(TooManyAttempts):
        limiter.count(address.decode())


@pytest.mark.parametrize("email", [None, 1, [], "", "   "])
def test_invalid_subject_is_left_to_the_route(app: Flask, email: object) -> None:
    assert {reset(app, email).status_code for _ in range(10)} == {200}


def test_successful_refreshes_are_not_limited(app: Flask) -> None:
    client = app.test_client()
    assert {client.post("/refresh/?good=1").status_code for _ in range(110)} == {200}
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
    assert {reset(app, "meera@example.com").status_code for _ in range(150)} == {200}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:50123", "192.0.2.1"),
        ("[2001:db8:1:2::9]:50123", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("192.0.2.1:", "unknown"),
        (None, "unknown"),
        ("@", "unknown"),
    ],
)
def test_network_of_a_client_is_its_ipv4_address_or_64_bits_of_ipv6(
    address: str | None, network: str
) -> None:
    assert client_network(address) == network


def test_searches_are_limited_for_each_network_with_a_burst_of_two_seconds() -> None:
    now = [1000.0]
    limiter = SearchLimiter(5, lambda: now[0])

    def allowed(address: str | None, attempts: int) -> int:
        for attempt in range(attempts):
            try:
                limiter.count(address)
            except TooManyAttempts:
                return attempt
        return attempts

    assert allowed("192.0.2.1", 20) == 10
    assert allowed("192.0.2.2", 20) == 10
    assert allowed("2001:db8::1", 6) + allowed("2001:db8::2", 20) == 10
    now[0] += 0.2
    assert allowed("192.0.2.1", 20) == 1
    now[0] += 3600
    assert allowed("192.0.2.1", 20) == 10
    # A steady rate within the limit is always allowed.
    for _ in range(100):
        now[0] += 0.2
        assert allowed("192.0.2.3", 1) == 1


def test_searches_of_a_network_take_a_quarter_of_the_time_of_a_process() -> None:
    now = [1000.0]
    limiter = SearchLimiter(50, lambda: now[0])

    def search(seconds: float) -> int:
        """Search, and return the seconds to wait if there were too many."""
        try:
            began_at = limiter.count("192.0.2.1")
        except TooManyAttempts as error:
            return error.retry_after
        now[0] += seconds
        limiter.count_time("192.0.2.1", began_at)
        return 0

    # Short searches are limited by their number: 100 were saved up, and 50 a second are added.
    assert not any(search(0.001) for _ in range(105))
    assert search(0.001) == 1
    now[0] += 60
    # Two seconds were saved up, and a quarter of the time is added.
    assert search(1.5) == search(1.5) == 0
    assert search(1.5) == 1
    now[0] += 1
    assert search(3.0) == 0
    assert search(3.0) == 9
    started, searching = now[0], 0.0
    while now[0] < started + 1000:
        if wait := search(0.4):
            now[0] += wait
        else:
            searching += 0.4
    assert searching == pytest.approx(250, rel=0.1)
    assert limiter.count("192.0.2.2") == now[0]


def test_limiter_of_searches_remembers_a_bounded_number_of_networks() -> None:
    limiter = SearchLimiter(5, lambda: 0.0)
    for number in range(20_000):
        limiter.count(f"10.0.{number // 250}.{number % 250}")
    assert len(limiter._buckets) == SearchLimiter._MAX_NETWORKS
