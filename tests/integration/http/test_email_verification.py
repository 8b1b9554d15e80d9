"""Verification of email addresses over HTTP."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from novacart.entrypoints.container import build_relay
from tests.fakes.mailer import FakeMailer
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, MailTo, a_customer


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def app(make_app: MakeApp, mailer: FakeMailer) -> Flask:
    return make_app(CheapPasswords(), MailTo(mailer))


def run_worker(app: Flask) -> None:
    relay = build_relay(app.extensions["novacart.injector"])
    while relay():
        pass


def test_link_of_the_registration_verifies_the_address(
    app: Flask, client: FlaskClient, mailer: FakeMailer
) -> None:
    asha = a_customer(client)
    assert asha.get("/api/my/dashboard/").get_json()["email_verified"] is False
    run_worker(app)
    assert asha.post("/api/email/verify/resend/").get_json() == {"status": "OK"}
    run_worker(app)
    links = [
        re.findall(r"https://shop\.example/verify-email/(\S+)", mail.text)
        for mail in mailer.sent.values()
    ]
    tokens = [token for [token] in links]
    assert len(set(tokens)) == 2
    response = client.post("/api/email/verify/", json={"token": tokens[0]})
    assert (response.status_code, response.get_json()) == (200, {"status": "OK"})
    assert asha.get("/api/my/dashboard/").get_json()["email_verified"] is True
    names = asha.patch("/api/profile/update/", {"first_name": "Asha"}).get_json()
    assert names["email_verified"] is True


def test_unknown_token_is_400(client: FlaskClient) -> None:
    response = client.post("/api/email/verify/", json={"token": "unknown"})
    assert response.status_code == 400
    assert response.get_json()["code"] == "link_not_valid"


def test_resend_requires_a_signed_in_user(client: FlaskClient) -> None:
    assert client.post("/api/email/verify/resend/").status_code == 401
