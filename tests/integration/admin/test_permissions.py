"""Access of each role to each page and bulk action, compared with access.txt."""

from pathlib import Path

import pytest
from flask import Flask

from novacart.application.authorization.permissions import PERMISSIONS, STAFF_ROLES, allows
from novacart.domain.accounts.role import Role
from tests.support.back_office import StaffClient, staff_client

EXPECTED = Path(__file__).parent / "access.txt"
PUBLIC = {
    "admin_sign_in.index",
    "admin_sign_in.code",
    "admin_sign_in.invitation",
    "admin_sign_in.out",
}


def _pages(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, path and method of each page."""
    pages = []
    for view in app.extensions["admin"][0]._views:
        for url, name, methods in view._urls:
            method = "POST" if "POST" in methods else "GET"
            path = f"{view.url}{url}".replace("<export_type>", "csv")
            pages.append((f"{view.endpoint}.{name}", path, method))
    return sorted(set(pages))


def _actions(app: Flask) -> list[tuple[str, str, str]]:
    """Name in access.txt, path and name of each bulk action."""
    return sorted(
        (f"{view.endpoint}.action:{name}", f"{view.url}/action/", name)
        for view in app.extensions["admin"][0]._views
        for name, _ in getattr(view, "_actions", [])
    )


def _access(app: Flask, client: StaffClient) -> dict[str, str]:
    """Request each page. 400 means access: the CSRF token is checked last."""
    access = {}
    for endpoint, path, method in _pages(app):
        if endpoint not in PUBLIC:
            response = client.client.open(path, method=method)
            assert response.status_code < 500, (endpoint, response.text)
            access[endpoint] = "-" if response.status_code == 403 else "yes"
    for name, path, action in _actions(app):
        response = client.submit(path, {"action": action})
        assert response.status_code < 500, (name, response.text)
        access[name] = "-" if response.status_code == 403 else "yes"
    return access


def test_access_of_each_role_matches_the_reviewed_table(app: Flask) -> None:
    by_role = {role: _access(app, staff_client(app, role)) for role in STAFF_ROLES}
    names = by_role[Role.OWNER]
    width = max(map(len, names)) + 2
    lines = ["".ljust(width) + "".join(role.ljust(9) for role in STAFF_ROLES).rstrip()]
    lines += [
        (name.ljust(width) + "".join(by_role[role][name].ljust(9) for role in STAFF_ROLES)).rstrip()
        for name in names
    ]

    assert "\n".join(lines) + "\n" == EXPECTED.read_text()


def test_pages_without_session_redirect_to_sign_in(app: Flask) -> None:
    anonymous = app.test_client()
    for endpoint, path, method in _pages(app):
        if endpoint in PUBLIC:
            continue
        response = anonymous.open(path, method=method)
        assert response.status_code == 302, endpoint
        assert response.headers["Location"].startswith("/admin/sign-in/"), endpoint


@pytest.mark.parametrize("page", ["delete", "ajax/update", "ajax/lookup"])
def test_page_of_flask_admin_without_permission_has_no_url(owner: StaffClient, page: str) -> None:
    for method in ("GET", "POST"):
        response = owner.client.open(
            f"/admin/products/{page}/", method=method, headers={"Accept": "text/html"}
        )
        assert response.status_code == 404
        assert "There is no page at this address." in response.text


def test_each_permission_of_a_view_belongs_to_a_page(app: Flask) -> None:
    pages = {endpoint for endpoint, _, _ in _pages(app)}
    for view in app.extensions["admin"][0]._views:
        assert {f"{view.endpoint}.{name}" for name in view.permissions} <= pages


@pytest.mark.parametrize(
    ("role", "permission"),
    [(Role.CUSTOMER, "orders.read"), (Role.OWNER, "unknown"), (Role.OWNER, None)],
)
def test_permission_outside_the_table_is_denied(role: Role, permission: str | None) -> None:
    assert not allows(role, permission)


def test_views_use_exactly_the_permissions_of_the_table(app: Flask) -> None:
    used = {
        permission
        for view in app.extensions["admin"][0]._views
        for permission in [
            *view.permissions.values(),
            *getattr(view, "action_permissions", {}).values(),
        ]
    }
    assert used - {"anyone"} == set(PERMISSIONS)
