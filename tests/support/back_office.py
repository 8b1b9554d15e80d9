"""Staff in front of the back office, by HTTP."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.domain.accounts.role import Role

PASSWORD = "correct horse 42 staple"
_PROOF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_TOLD = re.compile(r'<p class="alert alert-(\w+)"[^>]*>(.*?)</p>', re.DOTALL)


def hire(injector: Injector, role: str, username: str | None = None) -> int:
    """An account of that role, called like it unless it is named; its id."""
    name = username or f"{role}-one"
    profile = injector.get(RegisterUser)(
        RegisterUserCommand(
            username=name, email=f"{name}@shop.example", password=PASSWORD, role=Role(role)
        )
    )
    return profile.id


class Browser:
    """A browser of somebody's, which keeps its cookies and sends each form's proof along."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def proof(self, at: str = "/admin/account/") -> str:
        found = _PROOF.search(self.get(at).text)
        assert found is not None, f"no form at {at}"
        return found[1]

    def sign_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        proof = self.proof("/admin/sign-in/")
        return self.client.post(
            "/admin/sign-in/",
            data={"csrf_token": proof, "login": username, "password": password},
        )

    def send(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Fill in a form of that address."""
        return self.client.post(path, data={"csrf_token": self.proof(), **(data or {})})

    def told(self) -> list[str]:
        """What the back office has to say, read once."""
        return [sentence.strip() for _, sentence in _TOLD.findall(self.get("/admin/").text)]


def staff(app: Flask, role: str) -> Browser:
    """Somebody of that role, hired and signed in."""
    hire(app.extensions["novacart.injector"], role)
    browser = Browser(app)
    answer = browser.sign_in(f"{role}-one")
    assert answer.status_code == 303, answer.text
    return browser
