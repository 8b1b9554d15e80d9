"""Customers at the shop's door: registered and signed in over HTTP."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from injector import Module, provider, singleton
from werkzeug.test import TestResponse

from novacart.adapters.security.password_hasher import Argon2idHasher
from novacart.application.ports.clock import Clock
from novacart.application.ports.mailer import Mailer
from novacart.application.ports.password_hasher import PasswordHasher
from tests.fakes.mailer import FakeMailer
from tests.support.builders.accounts import PASSWORD


class CheapPasswords(Module):
    """Argon2id with so little memory that a test can register a crowd."""

    @provider
    @singleton
    def hasher(self) -> PasswordHasher:
        return Argon2idHasher(memory_kib=64, passes=1)


class ClockAt(Module):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @provider
    @singleton
    def clock(self) -> Clock:
        return self._clock


class MailTo(Module):
    def __init__(self, mailer: FakeMailer) -> None:
        self._mailer = mailer

    @provider
    @singleton
    def mailer(self) -> Mailer:
        return self._mailer


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a session; every call carries its access token."""

    client: FlaskClient
    username: str
    access: str
    refresh: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}

    def get(self, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 (the test client's own)
        return self.client.get(path, headers=self.headers, **options)

    def post(self, path: str, body: object = None, **options: Any) -> TestResponse:  # noqa: ANN401 (likewise)
        return self.client.post(path, json=body, headers=self.headers, **options)

    def put(self, path: str, body: object, **options: Any) -> TestResponse:  # noqa: ANN401 (likewise)
        return self.client.put(path, json=body, headers=self.headers, **options)

    def patch(self, path: str, body: object, **options: Any) -> TestResponse:  # noqa: ANN401 (likewise)
        return self.client.patch(path, json=body, headers=self.headers, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 (likewise)
        return self.client.delete(path, headers=self.headers, **options)


def register(client: FlaskClient, username: str = "asha", password: str = PASSWORD) -> None:
    answer = client.post(
        "/api/register/",
        json={"username": username, "email": f"{username}@example.com", "password": password},
    )
    assert answer.status_code == 201, answer.text


def sign_in(client: FlaskClient, login: str = "asha", password: str = PASSWORD) -> Person:
    answer = client.post("/api/token/", json={"username": login, "password": password})
    assert answer.status_code == 200, answer.text
    tokens = answer.get_json()
    return Person(client=client, username=login, access=tokens["access"], refresh=tokens["refresh"])


def a_customer(client: FlaskClient, username: str = "asha") -> Person:
    """Registered and signed in."""
    register(client, username)
    return sign_in(client, username)
