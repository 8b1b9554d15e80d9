"""HTTP client of the back office: signs staff in and submits forms with their CSRF token."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.domain.accounts.role import Role

PASSWORD = "correct horse 42 staple"
_CSRF_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_INPUT = re.compile(r"<input [^>]*>")
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
_FLASH_MESSAGE = re.compile(r'<p class="alert alert-(\w+)"[^>]*>(.*?)</p>', re.DOTALL)


def create_account(injector: Injector, role: str, username: str | None = None) -> int:
    """Register an account with the role, named `<role>-one` by default. Returns its id."""
    name = username or f"{role}-one"
    profile = injector.get(RegisterUser)(
        RegisterUserCommand(
            username=name,
            email=f"{name}@shop.example",
            password=PASSWORD,
            role=Role(role),
            actor=SYSTEM,
        )
    )
    return profile.id


class StaffClient:
    """Flask test client that keeps cookies and adds the CSRF token to each form."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def csrf_token(self, page: str = "/admin/account/") -> str:
        match = _CSRF_TOKEN.search(self.get(page).text)
        assert match is not None, f"no form on {page}"
        return match[1]

    def sign_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        token = self.csrf_token("/admin/sign-in/")
        return self.client.post(
            "/admin/sign-in/",
            data={"csrf_token": token, "login": username, "password": password},
        )

    def submit(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.csrf_token(), **(data or {})})

    def hidden_fields(self, page: str, action: str = "") -> dict[str, str]:
        """The values of the hidden inputs in a form of the page, without the CSRF token.

        By default of the form that the page itself receives.
        """
        return hidden_fields_in(self.get(page).text, action)

    def flash_messages(self) -> list[str]:
        """The messages waiting in the session, as HTML. Reading removes them."""
        return messages_in(self.get("/admin/").text)


def hidden_fields_in(text: str, action: str = "") -> dict[str, str]:
    """The values of the hidden inputs in a form of an HTML page, as `StaffClient.hidden_fields`."""
    start = text.index(f'action="{action}' if action else '<form class="card')
    inputs = _INPUT.findall(text[start : text.index("</form>", start)])
    inputs += [each for each in _INPUT.findall(text) if 'form="bulk-actions"' in each]
    fields = [dict(_ATTRIBUTE.findall(each)) for each in inputs if 'type="hidden"' in each]
    return {each["name"]: each["value"] for each in fields if each["name"] != "csrf_token"}


def messages_in(page: str) -> list[str]:
    """The messages at the top of a page, as HTML."""
    return [text.strip() for _, text in _FLASH_MESSAGE.findall(page)]


def staff_client(app: Flask, role: str) -> StaffClient:
    """A client signed in as a new account with the role."""
    create_account(app.extensions["novacart.injector"], role)
    client = StaffClient(app)
    response = client.sign_in(f"{role}-one")
    assert response.status_code == 303, response.text
    return client
