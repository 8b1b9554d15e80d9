"""Who may use which route, read from the routes themselves."""

from flask import Flask

_DECLARED = ("GET", "POST", "PUT", "PATCH", "DELETE")


def undeclared_routes(app: Flask) -> list[str]:
    """Routes that say nothing of who may use them, the admin's aside: its views ask for rights."""
    return [
        f"{method} {address}"
        for method, address, access in route_access(app)
        if access == "undeclared" and not is_admin(address)
    ]


def is_admin(address: str) -> bool:
    """Whether the admin answers there."""
    return address == "/admin" or address.startswith("/admin/")


def route_access(app: Flask) -> list[tuple[str, str, str]]:
    """Method, address and access (`anyone`, `user`, `staff`, or `undeclared`) of each route."""
    return sorted(
        (method, rule.rule, getattr(app.view_functions[rule.endpoint], "access", "undeclared"))
        for rule in app.url_map.iter_rules()
        for method in _DECLARED
        if method in (rule.methods or ())
    )
