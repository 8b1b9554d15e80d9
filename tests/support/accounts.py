"""Users registered and signed in over HTTP, and injector modules for accounts."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from injector import Injector, Module, provider, singleton
from werkzeug.test import TestResponse

from novacart.adapters.security.password_hasher import Argon2idHasher
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ports.clock import Clock
from novacart.application.ports.mailer import Mailer
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.domain.accounts.role import Role
from tests.fakes.mailer import FakeMailer
from tests.support.builders.accounts import PASSWORD


class CheapPasswords(Module):
    """Argon2id with little memory, so that tests can register many users."""

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
    """A signed-in user; every request sends the access token."""

    client: FlaskClient
    username: str
    access: str
    refresh: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}

    def get(self, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 (options of the test client)
        return self.client.get(path, headers=self.headers, **options)

    def post(self, path: str, body: object = None, **options: Any) -> TestResponse:  # noqa: ANN401 (options of the test client)
        return self.client.post(path, json=body, headers=self.headers, **options)

    def put(self, path: str, body: object, **options: Any) -> TestResponse:  # noqa: ANN401 (options of the test client)
        return self.client.put(path, json=body, headers=self.headers, **options)

    def patch(self, path: str, body: object, **options: Any) -> TestResponse:  # noqa: ANN401 (options of the test client)
        return self.client.patch(path, json=body, headers=self.headers, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 (options of the test client)
        return self.client.delete(path, headers=self.headers, **options)


def register(client: FlaskClient, username: str = "asha", password: str = PASSWORD) -> None:
    response = client.post(
        "/api/register/",
        json={"username": username, "email": f"{username}@example.com", "password": password},
    )
    assert response.status_code == 201, response.text


def sign_in(client: FlaskClient, login: str = "asha", password: str = PASSWORD) -> Person:
    response = client.post("/api/token/", json={"username": login, "password": password})
    assert response.status_code == 200, response.text
    tokens = response.get_json()
    return Person(client=client, username=login, access=tokens["access"], refresh=tokens["refresh"])


def create_owner(injector: Injector, username: str = "owner") -> None:
    """Create an account with the owner role."""
    injector.get(RegisterUser)(
        RegisterUserCommand(
            username=username,
            email=f"{username}@example.com",
            password=PASSWORD,
            role=Role.OWNER,
            actor=SYSTEM,
        )
    )


def a_customer(client: FlaskClient, username: str = "asha") -> Person:
    """Register and sign in."""
    register(client, username)
    return sign_in(client, username)
