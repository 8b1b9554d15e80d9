"""What must not get out: secrets into logs, and the shop's inside into answers."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from novacart.entrypoints.logs import configure_logs, formatter
from tests.fakes.mailer import FakeMailer
from tests.support.accounts import CheapPasswords, MailTo, register, sign_in

MakeApp = Callable[..., Flask]
PASSWORD = "canary-password-7"
SECRETS = {
    "SECRET_KEY": "canary-secret-key-0123456789-0123456789",
    "STRIPE_SECRET_KEY": "sk_test_canary",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_shown",
    "STRIPE_WEBHOOK_SECRET": "whsec_canary",
    "STRIPE_API_BASE": "http://127.0.0.1:9",
}
CARD = "4242424242424242"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is logged does not depend on the database; its own errors have a test beside it."""
    return sqlite_url


@pytest.fixture(params=[False, True], ids=["production", "development"])
def said(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that anyone logs, as it would be written."""
    root, written = logging.getLogger(), io.StringIO()
    before = (root.handlers, root.level, structlog.get_config())
    levels = {
        name: logger.level
        for name, logger in root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger)
    }
    configure_logs(debug=request.param)
    structlog.configure(cache_logger_on_first_use=False)
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter(debug=request.param))
    root.handlers = [handler]
    yield written
    root.handlers, level, config = before[0], before[1], before[2]
    root.setLevel(level)
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)
    structlog.configure(**config)


def broken(app: Flask) -> None:
    """A route of the shop that fails with all it was told in its hands."""

    def fail(**_: object) -> str:
        secret, card = PASSWORD, CARD
        message = "nobody foresaw this"
        raise RuntimeError(message, len(secret + card))

    app.view_functions["accounts.open_account"] = fail


def test_no_secret_is_in_any_line_of_the_log(make_app: MakeApp, said: io.StringIO) -> None:
    mailer = FakeMailer()
    app = make_app(CheapPasswords(), MailTo(mailer), **SECRETS)
    client = app.test_client()
    register(client, "asha", PASSWORD)
    asha = sign_in(client, "asha", PASSWORD)
    client.post("/api/token/", json={"username": "asha", "password": PASSWORD + "x"})
    client.post("/api/token/refresh/", json={"refresh": asha.refresh})
    client.post("/api/token/verify/", json={"token": asha.access})
    client.post("/api/password-reset/", json={"email": "asha@example.com"})
    client.post(
        "/api/password-reset/confirm/", json={"token": "canary-token", "password": PASSWORD}
    )
    asha.get(f"/api/products/?search={CARD}")
    client.post(
        "/api/payments/webhook/",
        data=json.dumps({"card": CARD}),
        headers={"Stripe-Signature": "t=1,v1=canary-signature"},
    )
    asha.post("/api/payments/payment-intent/", {"order_id": 1})
    broken(app)
    failed = client.post("/api/register/", json={"username": "x", "password": PASSWORD})
    assert failed.status_code == 500
    written = said.getvalue()
    assert "RuntimeError" in written
    for secret in ("canary", CARD, "asha", asha.access, asha.refresh, "Bearer"):
        assert secret not in written, secret


@pytest.mark.parametrize("debug", ["False", "True"])
def test_what_nobody_foresaw_shows_a_client_nothing_but_a_request_id(
    make_app: MakeApp, debug: str
) -> None:
    app = make_app(CheapPasswords(), DEBUG=debug)
    broken(app)
    answer = app.test_client().post(
        "/api/register/", json={}, headers={"Origin": "https://shop.example"}
    )
    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert set(answer.get_json()) == {"type", "title", "status", "detail", "code", "request_id"}
    for inside in ("Traceback", "RuntimeError", "foresaw", ".py", PASSWORD):
        assert inside not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_guesses_count_together_in_all_processes(make_app: MakeApp) -> None:
    processes = [make_app(CheapPasswords()), make_app(CheapPasswords())]
    clients: list[FlaskClient] = [app.test_client() for app in processes]
    register(clients[0])

    def guess(number: int) -> int:
        answer = clients[number % 2].post(
            "/api/token/",
            json={"username": "asha", "password": f"guess {number}"},
            environ_base={"REMOTE_ADDR": f"192.0.2.{number}"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        return answer.status_code

    assert [guess(number) for number in range(22)] == [401] * 20 + [429] * 2
