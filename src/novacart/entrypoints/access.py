"""The access that each route declares."""

from flask import Flask

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def undeclared_routes(app: Flask) -> list[str]:
    """Return the routes that declare no access, except those of the admin, which checks its own."""
    return [
        f"{method} {url}"
        for method, url, access, _ in route_access(app)
        if access == "undeclared" and not is_admin(url)
    ]


def is_admin(url: str) -> bool:
    """Whether the URL belongs to the admin."""
    return url == "/admin" or url.startswith("/admin/")


def route_access(app: Flask) -> list[tuple[str, str, str, str]]:
    """Return the method, URL, access and permission of each route.

    Access is `anyone`, `user`, `staff` or `undeclared`. The permission is empty unless the access
    is `staff`.
    """
    return sorted(
        (
            method,
            rule.rule,
            getattr(app.view_functions[rule.endpoint], "access", "undeclared"),
            getattr(app.view_functions[rule.endpoint], "permission", None) or "",
        )
        for rule in app.url_map.iter_rules()
        for method in _METHODS
        if method in (rule.methods or ())
    )
