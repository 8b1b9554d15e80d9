"""The access that each route declares."""

from flask import Flask
from werkzeug.routing import Rule

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def undeclared_routes(app: Flask) -> list[str]:
    """Return the routes that declare no access."""
    return [
        f"{method} {url}" for method, url, access, _ in route_access(app) if access == "undeclared"
    ]


def is_admin(url: str) -> bool:
    """Whether the URL belongs to the admin."""
    return url == "/admin" or url.startswith("/admin/")


def route_access(app: Flask) -> list[tuple[str, str, str, str]]:
    """Return the method, URL, access and permission of each route.

    Access is `anyone`, `shopper`, `user`, `staff`, `admin` or `undeclared`. The permission is empty
    unless the access is `staff`. Each page of the admin checks the roles itself.
    """
    return sorted(
        (method, rule.rule, *_access(app, rule))
        for rule in app.url_map.iter_rules()
        for method in _METHODS
        if method in (rule.methods or ())
    )


def _access(app: Flask, rule: Rule) -> tuple[str, str]:
    view = app.view_functions[rule.endpoint]
    default = "admin" if is_admin(rule.rule) else "undeclared"
    return getattr(view, "access", default), getattr(view, "permission", None) or ""
