"""Who may use which route, read from the routes themselves."""

from flask import Flask

_DECLARED = ("GET", "POST", "PUT", "PATCH", "DELETE")


def route_access(app: Flask) -> list[tuple[str, str, str]]:
    """Method, address and access (`anyone`, `user`, `staff`, or `undeclared`) of each route."""
    return sorted(
        (method, rule.rule, getattr(app.view_functions[rule.endpoint], "access", "undeclared"))
        for rule in app.url_map.iter_rules()
        for method in _DECLARED
        if method in (rule.methods or ())
    )
