"""Every page and action of the back office × every role, against a reviewed table."""

from pathlib import Path

import pytest
from flask import Flask

from novacart.application.authorization.permissions import PERMISSIONS, STAFF_ROLES, allows
from novacart.domain.accounts.role import Role
from tests.support.back_office import StaffClient, staff_client

REVIEWED = Path(__file__).parent / "access.txt"
WITHOUT_SIGN_IN = {"desk_sign_in.index", "desk_sign_in.out"}


def _pages(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, address and method of every page of every view."""
    found = []
    for view in app.extensions["admin"][0]._views:
        for url, name, methods in view._urls:
            method = "POST" if "POST" in methods else "GET"
            address = f"{view.url}{url}".replace("<export_type>", "csv")
            found.append((f"{view.endpoint}.{name}", address, method))
    return sorted(set(found))


def _actions(app: Flask) -> list[tuple[str, str, str]]:
    return sorted(
        (f"{view.endpoint}.action:{name}", f"{view.url}/action/", name)
        for view in app.extensions["admin"][0]._views
        for name, _ in getattr(view, "_actions", [])
    )


def _may(app: Flask, browser: StaffClient) -> dict[str, str]:
    """What the role gets through to: a form without its proof is stopped behind the door."""
    seen = {}
    for endpoint, address, method in _pages(app):
        if endpoint not in WITHOUT_SIGN_IN:
            answer = browser.client.open(address, method=method)
            assert answer.status_code < 500, (endpoint, answer.text)
            seen[endpoint] = "-" if answer.status_code == 403 else "yes"
    for named, address, action in _actions(app):
        answer = browser.submit(address, {"action": action})
        assert answer.status_code < 500, (named, answer.text)
        seen[named] = "-" if answer.status_code == 403 else "yes"
    return seen


def test_every_page_and_action_opens_to_the_roles_of_the_reviewed_table(app: Flask) -> None:
    by_role = {role: _may(app, staff_client(app, role)) for role in STAFF_ROLES}
    names = by_role[Role.OWNER]
    width = max(map(len, names)) + 2
    lines = ["".ljust(width) + "".join(role.ljust(9) for role in STAFF_ROLES).rstrip()]
    lines += [
        (name.ljust(width) + "".join(by_role[role][name].ljust(9) for role in STAFF_ROLES)).rstrip()
        for name in names
    ]

    assert "\n".join(lines) + "\n" == REVIEWED.read_text()


def test_nobody_gets_anywhere_without_signing_in(app: Flask) -> None:
    nobody = app.test_client()
    for endpoint, address, method in _pages(app):
        if endpoint in WITHOUT_SIGN_IN:
            continue
        answer = nobody.open(address, method=method)
        assert answer.status_code == 302, endpoint
        assert answer.headers["Location"].startswith("/admin/sign-in/"), endpoint


def test_a_page_that_no_table_names_is_closed_to_everybody(app: Flask, owner: StaffClient) -> None:
    named = {
        f"{view.endpoint}.{name}"
        for view in app.extensions["admin"][0]._views
        for name in view.permissions
    }
    for endpoint, address, method in _pages(app):
        if endpoint not in named:
            assert owner.client.open(address, method=method).status_code == 403, endpoint


@pytest.mark.parametrize(
    ("role", "permission"),
    [(Role.CUSTOMER, "orders.read"), (Role.OWNER, "nothing"), (Role.OWNER, None)],
)
def test_what_the_table_does_not_name_is_denied(role: Role, permission: str | None) -> None:
    assert not allows(role, permission)


def test_every_permission_that_a_view_asks_for_is_in_the_table(app: Flask) -> None:
    asked = {
        permission
        for view in app.extensions["admin"][0]._views
        for permission in [
            *view.permissions.values(),
            *getattr(view, "action_permissions", {}).values(),
        ]
    }
    assert asked - {"anyone"} == set(PERMISSIONS)
