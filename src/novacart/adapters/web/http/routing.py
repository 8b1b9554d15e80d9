"""Addresses, exactly as they are written."""

from collections.abc import Callable
from typing import Any, Final, Never

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, Map, RequestRedirect

from novacart.adapters.web.http.fields import MAX_INTEGER


def _up_to(largest: str) -> str:
    """A pattern of the numbers from 1 to `largest`, without leading zeros."""
    patterns = [f"[1-9][0-9]{{0,{len(largest) - 2}}}"]
    for place, digit in enumerate(largest):
        least, rest = (0 if place else 1), len(largest) - place - 1
        if int(digit) > least:
            patterns.append(f"{largest[:place]}[{least}-{int(digit) - 1}][0-9]{{{rest}}}")
    return "|".join([*patterns, largest])


class IdConverter(IntegerConverter):
    """An id in a path: 1 to 2^53 - 1 in plain digits; anything else is not there.

    The pattern alone decides. Refused later, by its value, a path would have matched, and
    Werkzeug would say of it that it answers other methods.
    """

    regex = _up_to(str(MAX_INTEGER))

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002, ANN401 (Werkzeug's names)
        super().__init__(map, min=1, max=MAX_INTEGER, **options)


class AdminSessions(SecureCookieSessionInterface):
    """Cookies for the admin alone: the API neither reads one nor pays for looking."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith("/api/"):
            return None
        return super().open_session(app, request)


class NovaCartFlask(Flask):
    """Flask, where an address without its slash is not found rather than redirected.

    A redirect answers a browser's preflight with something that it may not follow, and
    repeats a POST whose client did not ask for that.
    """

    session_interface = AdminSessions()

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None, template_folder=None)
        self.url_map.converters["int"] = IdConverter
        self.url_map.merge_slashes = False

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        # Nothing here is a coroutine, so nothing need be looked at for each call.
        return func

    def raise_routing_exception(self, request: Request) -> Never:
        if isinstance(request.routing_exception, RequestRedirect):
            raise NotFound(_MISSING_SLASH) from request.routing_exception
        super().raise_routing_exception(request)


_MISSING_SLASH: Final = "There is nothing at this address; addresses here end in a slash."
