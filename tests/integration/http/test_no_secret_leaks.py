"""No secrets in logs, no internals in error responses."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from novacart.entrypoints.container import build_relay
from novacart.entrypoints.logs import configure_logs
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
    """Logs do not depend on the database."""
    return sqlite_url


@pytest.fixture(params=[False, True], ids=["production", "development"])
def log_output(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that is logged, formatted."""
    root, written = logging.getLogger(), io.StringIO()
    before = (root.handlers, root.level, structlog.get_config())
    levels = {
        name: logger.level
        for name, logger in root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger)
    }
    configure_logs(debug=request.param, stream=written)
    structlog.configure(cache_logger_on_first_use=False)
    yield written
    root.handlers, level, config = before[0], before[1], before[2]
    root.setLevel(level)
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)
    structlog.configure(**config)


def break_registration(app: Flask) -> None:
    """Make the registration fail with secrets in local variables."""

    def fail(**_: object) -> str:
        secret, card = PASSWORD, CARD
        message = "unexpected failure"
        raise RuntimeError(message, len(secret + card))

    app.view_functions["accounts.open_account"] = fail


def test_no_secret_is_logged(make_app: MakeApp, log_output: io.StringIO) -> None:
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
    break_registration(app)
    failed = client.post("/api/register/", json={"username": "x", "password": PASSWORD})
    assert failed.status_code == 500
    written = log_output.getvalue()
    assert "RuntimeError" in written
    for secret in ("canary", CARD, "asha", asha.access, asha.refresh, "Bearer"):
        assert secret not in written, secret


def test_no_mailed_link_is_logged(make_app: MakeApp, log_output: io.StringIO) -> None:
    mailer = FakeMailer()
    app = make_app(CheapPasswords(), MailTo(mailer), FRONTEND_URL="https://shop.example")
    client = app.test_client()
    register(client, "asha", PASSWORD)
    client.post("/api/password-reset/", json={"email": "asha@example.com"})
    relay = build_relay(app.extensions["novacart.injector"])
    while relay():
        pass
    texts = " ".join(mail.text for mail in mailer.sent.values())
    paths = re.findall(r"https://shop\.example(/\S+)", texts)
    tokens = [path.rpartition("/")[2] for path in paths]
    assert {path.split("/")[1] for path in paths} == {"reset-password", "verify-email"}
    for path, token in zip(paths, tokens, strict=True):
        client.get(path)
        client.post("/api/password-reset/validate_token/", json={"token": token})
        client.post("/api/password-reset/confirm/", json={"token": token, "password": PASSWORD})
    written = log_output.getvalue()
    assert "/api/password-reset/confirm/" in written
    for secret in (*tokens, PASSWORD, "asha"):
        assert secret not in written, secret


@pytest.mark.parametrize("debug", ["False", "True"])
def test_unexpected_error_shows_only_a_request_id(make_app: MakeApp, debug: str) -> None:
    app = make_app(CheapPasswords(), DEBUG=debug)
    break_registration(app)
    response = app.test_client().post(
        "/api/register/", json={}, headers={"Origin": "https://shop.example"}
    )
    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert set(response.get_json()) == {"type", "title", "status", "detail", "code", "request_id"}
    for internal in ("Traceback", "RuntimeError", "unexpected failure", ".py", PASSWORD):
        assert internal not in response.text
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_failed_sign_ins_of_all_processes_count_together(make_app: MakeApp) -> None:
    processes = [make_app(CheapPasswords()), make_app(CheapPasswords())]
    clients: list[FlaskClient] = [app.test_client() for app in processes]
    register(clients[0])

    def guess(number: int) -> int:
        response = clients[number % 2].post(
            "/api/token/",
            json={"username": "asha", "password": f"guess {number}"},
            environ_base={"REMOTE_ADDR": f"192.0.2.{number}"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        return response.status_code

    assert [guess(number) for number in range(32)] == [401] * 30 + [429] * 2
