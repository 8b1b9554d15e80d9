"""The Flask subclass of NovaCart: exact URLs, bounded ids, no sessions on the API."""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, Never, TypeVar, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request, Response, g, request
from flask.ctx import RequestContext
from flask.ctx import _AppCtxGlobals as Globals
from flask.globals import request_ctx
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.routing import (
    IntegerConverter,
    Map,
    MapAdapter,
    RequestRedirect,
    Rule,
    UnicodeConverter,
)
from werkzeug.sansio.utils import get_current_url, get_host

from novacart.adapters.web.http.fields import MAX_INTEGER
from novacart.adapters.web.http.responses import NovaCartResponse

MATCH: Final = "novacart.match"
"""The rule and the arguments of a URL that the server has matched, in the WSGI environment."""

BODY: Final = "novacart.body"
"""The bytes of a body that arrived at once, in the WSGI environment."""

Object = TypeVar("Object")

_MISSING_SLASH: Final = "There is no page at this URL. URLs of this API end in a slash."


def _current(proxy: Object) -> Object:
    """Return the object behind a proxy of Flask, which looks it up at each access."""
    return cast("Object", cast("Any", proxy)._get_current_object())  # noqa: SLF001 (documented)


def _integers_up_to(largest: str) -> str:
    """Return a pattern of the integers from 1 to `largest`, without leading zeros."""
    patterns = [f"[1-9][0-9]{{0,{len(largest) - 2}}}"]
    for index, digit in enumerate(largest):
        smallest, rest = (0 if index else 1), len(largest) - index - 1
        if int(digit) > smallest:
            patterns.append(f"{largest[:index]}[{smallest}-{int(digit) - 1}][0-9]{{{rest}}}")
    return "|".join([*patterns, largest])


class _Host(NamedTuple):
    """The host of a request as it was sent and in ASCII, and its root URL."""

    name: str
    ascii_name: str
    url: str


@lru_cache(maxsize=16)
def _host(
    scheme: str, header: str | None, name: str, port: str, trusted: tuple[str, ...] | None
) -> _Host:
    """Return the host of a request. Raises `SecurityError` if it is not trusted.

    Werkzeug checks and encodes it for each request, and parses its URL twice for each that shows an
    image.
    """
    host = get_host(scheme, header, (name, int(port)), trusted)
    return _Host(host, Map().bind(host).server_name, get_current_url(scheme, host))


class IdConverter(IntegerConverter):
    """An id in a URL: an integer from 1 to 2^53 - 1 in plain digits; anything else is a 404.

    The pattern itself bounds the number. If the value were checked after the match, Werkzeug
    would answer 405 instead of 404 for another method.
    """

    regex = _integers_up_to(str(MAX_INTEGER))

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002, ANN401 (Werkzeug's names)
        super().__init__(map, min=1, max=MAX_INTEGER, **options)


class TextConverter(UnicodeConverter):
    """A part of a path; a NUL or a lone surrogate, which no database stores, is a 404."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002, ANN401 (Werkzeug's names)
        super().__init__(map, **options)
        self.regex = self.regex.replace("[^/]", "[^/\x00\ud800-\udfff]")


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


Match = tuple[Rule, Mapping[str, Any]]
Before = Callable[[Request, Globals], Response | None]
After = Callable[[Request, Globals, NovaCartResponse], Response]


class Matches:
    """Rules and arguments of URLs that were requested before: matching takes as long as a view.

    A match depends on method and path only, since no rule has a host.
    """

    MAX_SIZE: Final = 1024
    MAX_LENGTH: Final = 256

    def __init__(self) -> None:
        self._matches: dict[tuple[str, str], Match] = {}

    def __len__(self) -> int:
        return len(self._matches)

    def get(self, environ: WSGIEnvironment) -> Match | None:
        if "HTTP_UPGRADE" in environ:
            return None
        return self._matches.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))

    def add(self, environ: WSGIEnvironment, match: Match) -> None:
        path = environ["PATH_INFO"]
        if len(path) > self.MAX_LENGTH:
            return
        if len(self._matches) >= self.MAX_SIZE:
            self._matches.clear()
        self._matches[environ["REQUEST_METHOD"], path] = match


class _RequestContext(RequestContext):
    def match_request(self) -> None:
        """Match the URL, unless the server or an earlier request has done so."""
        request = self.request
        environ = request.environ
        matches = cast("NovaCartFlask", self.app).matches
        match = environ.get(MATCH) or matches.get(environ)
        if match is not None:
            request.url_rule, arguments = match
            # A view may change its arguments.
            request.view_args = dict(arguments)
            return
        super().match_request()
        if request.url_rule is not None:
            matches.add(environ, (request.url_rule, dict(request.view_args or {})))


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
        self.url_map.converters["default"] = self.url_map.converters["string"] = TextConverter
        self.url_map.merge_slashes = False
        self.matches = Matches()
        # Paths whose requests may have any host, not only those of TRUSTED_HOSTS.
        self.any_host: set[str] = set()
        self._before: Before = lambda _request, _context: None
        self._after: After = lambda _request, _context, response: response

    def surround_views(self, before: Before, after: After) -> None:
        """Call functions before and after each view, also after an error.

        They receive the request and Flask's `g`, which a hook would look up. If `before` returns a
        response, the view is not called.
        """
        self._before, self._after = before, after

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Check the host and bind the map of URLs as Flask does, but read the host only once."""
        if request is None:
            # There is no SERVER_NAME, so that URLs are built for requests only.
            return None
        environ = request.environ
        if "HTTP_UPGRADE" in environ:
            return super().create_url_adapter(request)
        trusted = None if request.path in self.any_host else self.config["TRUSTED_HOSTS"]
        request.trusted_hosts = trusted
        host = _host(
            request.scheme,
            environ.get("HTTP_HOST"),
            environ["SERVER_NAME"],
            environ["SERVER_PORT"],
            None if trusted is None else tuple(trusted),
        )
        request.host, request.host_url = host.name, host.url
        return MapAdapter(
            self.url_map,
            host.ascii_name,
            request.root_path,
            "",
            request.scheme,
            request.path,
            request.method,
            environ["QUERY_STRING"],
        )

    def preprocess_request(self) -> ResponseReturnValue | None:
        response = self._before(_current(request), _current(g))
        # Flask determines the blueprints of each request, to look up hooks that few have.
        if response is None and (self.before_request_funcs or self.url_value_preprocessors):
            return super().preprocess_request()
        return response

    def process_response(self, response: Response) -> Response:
        context = _current(request_ctx)
        hooks = self.after_request_funcs
        has_session = context._session is not _NO_SESSION  # noqa: SLF001 (`session` marks its use)
        if has_session or None in hooks or context.request.blueprint in hooks:
            response = super().process_response(response)
        return self._after(context.request, _current(g), cast("NovaCartResponse", response))

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
