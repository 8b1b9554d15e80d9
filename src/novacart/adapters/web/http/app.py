"""The Flask subclass of NovaCart: exact URLs, bounded ids, no sessions on the API."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Never
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request, Response
from flask.ctx import RequestContext
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, Map, MapAdapter, RequestRedirect
from werkzeug.sansio.utils import get_current_url, get_host

from novacart.adapters.web.http.fields import MAX_INTEGER
from novacart.adapters.web.http.responses import NovaCartResponse

MATCH: Final = "novacart.match"
"""The rule and the arguments of a URL that the server has matched, in the WSGI environment."""

_MISSING_SLASH: Final = "There is no page at this URL. URLs of this API end in a slash."


def _integers_up_to(largest: str) -> str:
    """Return a pattern of the integers from 1 to `largest`, without leading zeros."""
    patterns = [f"[1-9][0-9]{{0,{len(largest) - 2}}}"]
    for index, digit in enumerate(largest):
        smallest, rest = (0 if index else 1), len(largest) - index - 1
        if int(digit) > smallest:
            patterns.append(f"{largest[:index]}[{smallest}-{int(digit) - 1}][0-9]{{{rest}}}")
    return "|".join([*patterns, largest])


@lru_cache(maxsize=16)
def _host(
    scheme: str, header: str | None, name: str, port: str, trusted: tuple[str, ...] | None
) -> str:
    """Return the host of a request. Raises `SecurityError` if it is not trusted."""
    return get_host(scheme, header, (name, int(port)), trusted)


@lru_cache(maxsize=16)
def _host_url(scheme: str, host: str) -> str:
    """The root URL of a host. Werkzeug parses it twice for each request that shows an image."""
    return get_current_url(scheme, host)


class IdConverter(IntegerConverter):
    """An id in a URL: an integer from 1 to 2^53 - 1 in plain digits; anything else is a 404.

    The pattern itself bounds the number. If the value were checked after the match, Werkzeug
    would answer 405 instead of 404 for another method.
    """

    regex = _integers_up_to(str(MAX_INTEGER))

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002, ANN401 (Werkzeug's names)
        super().__init__(map, min=1, max=MAX_INTEGER, **options)


# It can't be written to, so all requests share it.
_NO_SESSION: Final = NullSession()


class AdminSessions(SecureCookieSessionInterface):
    """Cookie sessions below `/admin/` only: no other page reads or sets a cookie."""

    digest_method = staticmethod(hashlib.sha256)

    def open_session(
        self, app: Flask, request: Request
    ) -> SecureCookieSession | NullSession | None:
        if request.path.startswith("/admin/"):
            return super().open_session(app, request)
        return _NO_SESSION


class _RequestContext(RequestContext):
    def match_request(self) -> None:
        match = self.request.environ.get(MATCH)
        if match is None:
            super().match_request()
        else:
            self.request.url_rule, self.request.view_args = match


class NovaCartFlask(Flask):
    """Flask with a 404 instead of a redirect for a URL without its trailing slash.

    A browser does not follow a redirect of a preflight request, and a redirected POST would be
    sent twice.
    """

    response_class = NovaCartResponse
    session_interface = AdminSessions()

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None, template_folder=None)
        self.url_map.converters["int"] = IdConverter
        self.url_map.merge_slashes = False

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Check the host and bind the map of URLs as Flask does, but read the host only once."""
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        environ = request.environ
        trusted = self.config["TRUSTED_HOSTS"]
        request.trusted_hosts = trusted
        request.host = _host(
            request.scheme,
            environ.get("HTTP_HOST"),
            environ["SERVER_NAME"],
            environ["SERVER_PORT"],
            None if trusted is None else tuple(trusted),
        )
        request.host_url = _host_url(request.scheme, request.host)
        return self.url_map.bind(
            request.host,
            request.root_path,
            subdomain="",
            url_scheme=request.scheme,
            default_method=request.method,
            path_info=request.path,
            query_args=environ["QUERY_STRING"],
        )

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        return _RequestContext(self, environ)

    def make_response(self, rv: ResponseReturnValue) -> Response:
        return rv if type(rv) is NovaCartResponse else super().make_response(rv)

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        # Skip the signals, which nothing here receives.
        if self.teardown_request_funcs:
            super().do_teardown_request(exc)

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        if self.teardown_appcontext_funcs:
            super().do_teardown_appcontext(exc)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        # No view is a coroutine, so skip the check that Flask makes on each call.
        return func

    def raise_routing_exception(self, request: Request) -> Never:
        if isinstance(request.routing_exception, RequestRedirect):
            raise NotFound(_MISSING_SLASH) from request.routing_exception
        super().raise_routing_exception(request)
