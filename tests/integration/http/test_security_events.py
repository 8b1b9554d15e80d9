"""Security events in the audit log, the log and the metrics."""

import json
from collections.abc import Callable

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from structlog.testing import LogCapture

from novacart.adapters.persistence.database import Database
from novacart.application.accounts.grant_role import GrantRole, GrantRoleCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ports.audit_log import AuditLog
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from novacart.entrypoints.container import build_relay
from tests.support.accounts import CheapPasswords, register, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.query_counter import counted_statements

MakeApp = Callable[..., Flask]
ADDRESS = "203.0.113.9"
TOKEN = "a-token-of-monitoring"
GUESS = "a-guess-of-an-attacker-7"


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), METRICS_ENABLED="True", METRICS_TOKEN=TOKEN)


def audited(injector: Injector) -> list[tuple[str, str, dict[str, object]]]:
    """The action, subject and payload of each entry of the audit log."""
    relay = build_relay(injector)
    while relay():
        pass
    log = injector.get(AuditLog)  # type: ignore[type-abstract]
    entries = log.entries(after=0, limit=100)
    return [(entry.action, entry.subject, json.loads(entry.payload)) for entry in entries]


def guess(client: FlaskClient, login: str) -> None:
    client.post(
        "/api/token/",
        json={"username": login, "password": GUESS},
        environ_base={"REMOTE_ADDR": ADDRESS},
    )


def test_sign_ins_and_refusals_are_audited_with_user_and_address(
    client: FlaskClient, injector: Injector
) -> None:
    register(client)
    for _ in range(10):
        guess(client, "asha")
    guess(client, "unregistered")
    asha = sign_in(client)
    user_id = asha.get("/api/my/dashboard/").get_json()["id"]
    assert asha.post("/api/products/", {}).status_code == 403
    injector.get(GrantRole)(
        GrantRoleCommand(user_id=UserId(user_id), role=Role.SUPPORT, actor=SYSTEM)
    )
    entries = audited(injector)
    subject = f"user:{user_id}"
    assert [(action, of) for action, of, _ in entries if of in {subject, "shop"}] == [
        ("accounts.user_registered", subject),
        ("accounts.email_verification_requested", subject),
        *[("accounts.sign_in_failed", subject)] * 10,
        ("accounts.sign_in_delayed", subject),
        ("accounts.sign_in_failed", "shop"),
        ("accounts.signed_in", subject),
        ("accounts.access_denied", subject),
        ("accounts.role_granted", subject),
    ]
    payloads = {action: payload for action, _, payload in entries}
    assert payloads["accounts.sign_in_delayed"]["address"] == ADDRESS
    assert payloads["accounts.signed_in"]["address"] == "127.0.0.1"
    denied = payloads["accounts.access_denied"]
    assert (denied["method"], denied["route"]) == ("POST", "/api/products/")
    for secret in (PASSWORD, GUESS, "unregistered", asha.access, asha.refresh):
        assert secret not in str(entries)


def test_security_events_are_logged_and_counted_at_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = LogCapture()
    monkeypatch.setattr(
        "novacart.adapters.web.operations.security_monitor._log",
        structlog.wrap_logger(None, processors=[capture]),
    )
    register(client)
    guess(client, "asha")
    guess(client, "unregistered")
    sign_in(client)
    logged = [(entry["event"], entry["address"]) for entry in capture.entries]
    assert [event for event, address in logged if address == ADDRESS] == (
        ["accounts.sign_in_failed"] * 2
    )
    assert {entry["user_id"] is None for entry in capture.entries} == {True, False}
    assert not any(
        secret in str(capture.entries) for secret in (PASSWORD, GUESS, "unregistered", "asha")
    )
    metrics = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    for sample in (
        'novacart_security_events_total{event="accounts.sign_in_failed"} 2.0',
        'novacart_security_events_total{event="accounts.signed_in"} 1.0',
    ):
        assert sample in metrics


def test_failed_sign_ins_take_the_same_statements_for_known_and_unknown_names(
    client: FlaskClient, injector: Injector
) -> None:
    register(client)

    def statements(login: str) -> list[str]:
        with counted_statements(injector.get(Database)) as executed:
            guess(client, login)
        return [statement.partition(" ")[0] for statement in executed]

    assert statements("asha") == statements("unregistered")
