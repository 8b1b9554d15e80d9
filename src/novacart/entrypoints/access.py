"""Who may use which route, read from the routes themselves."""

from flask import Flask

_DECLARED = ("GET", "POST", "PUT", "PATCH", "DELETE")


def undeclared_routes(app: Flask) -> list[str]:
    """Routes that say nothing of who may use them, the admin's aside: its views ask for rights."""
    return [
        f"{method} {address}"
        for method, address, access, _ in route_access(app)
        if access == "undeclared" and not is_admin(address)
    ]


def is_admin(address: str) -> bool:
    """Whether the admin answers there."""
    return address == "/admin" or address.startswith("/admin/")


def route_access(app: Flask) -> list[tuple[str, str, str, str]]:
    """Method, address, access and permission of each route.

    Access is `anyone`, `user`, `staff`, or `undeclared`. The permission is what staff need, empty
    where that is not for staff alone.
    """
    return sorted(
        (
            method,
            rule.rule,
            getattr(app.view_functions[rule.endpoint], "access", "undeclared"),
            getattr(app.view_functions[rule.endpoint], "permission", None) or "",
        )
        for rule in app.url_map.iter_rules()
        for method in _DECLARED
        if method in (rule.methods or ())
    )
