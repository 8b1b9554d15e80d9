"""Facts about endpoints that the server needs before it calls their views."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final, TypeVar, cast

from flask import Flask, Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

View = TypeVar("View", bound=Callable[..., object])
ErrorPage = Callable[[int], Response]
IsSearch = Callable[[str], bool]

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request body, unless its endpoint declares another limit."""

# Bytes of a multipart form beside its files: boundaries, part headers, long file names.
_FORM_OVERHEAD: Final = 64 * 1024
_EXTENSION: Final = "novacart.endpoints"
_UNKNOWN: Final = "novacart.unknown_pages"
_CALLS_PROVIDER: Final = "calls_provider"
_MAX_UPLOAD: Final = "max_upload"
_CACHEABLE: Final = "cacheable"
_QUICK_PARAMETERS: Final = "quick_parameters"
_IS_SEARCH: Final = "is_search"
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`max_upload` is the limit of an uploaded file in bytes, None if there is no upload.

    `cacheable`: the response is the same for every client. `quick_parameters` is None unless a GET
    can be slow (`slow_read`). `is_search` tells by the query string whether it is one whose number
    is limited. `error_page` returns the page for the status of an error; None if
    errors are problem documents.
    """

    calls_provider: bool = False
    max_upload: int | None = None
    cacheable: bool = False
    quick_parameters: frozenset[str] | None = None
    is_search: IsSearch | None = None
    error_page: ErrorPage | None = None

    def is_slow(self, query: str) -> bool:
        """Whether a GET with this query string can take milliseconds.

        Names of parameters are compared as they were sent, so an encoded one is not quick.
        """
        if not self.quick_parameters:
            return self.quick_parameters is not None
        names = (each.partition("=")[0] for each in query.split("&") if each)
        return not self.quick_parameters.issuperset(names)

    @property
    def max_body(self) -> int:
        """The limit of the request body in bytes."""
        return MAX_BODY if self.max_upload is None else self.max_upload + _FORM_OVERHEAD

    @property
    def limit_text(self) -> str:
        """The limit as a client should read it, such as `16 MiB`."""
        return f"{(self.max_upload or MAX_BODY) // _MIB} MiB"


def calls_provider(view: View) -> View:
    """Mark a view that calls a payment provider or an image store, which may take seconds."""
    setattr(view, _CALLS_PROVIDER, True)
    return view


def cacheable(view: View) -> View:
    """Mark a public view that sends the same response to every client, for shared caches."""
    setattr(view, _CACHEABLE, True)
    return view


def slow_read(
    *, quick: Collection[str] = (), is_search: IsSearch | None = None
) -> Callable[[View], View]:
    """Mark a view whose GET can take milliseconds, so that it delays no other request.

    If there are `quick` parameters, a request without others is not slow. If `is_search` returns
    True for the query string, the view calls `count_search`, and a request above the limit is
    refused before it waits for others.
    """

    def decorator(view: View) -> View:
        setattr(view, _QUICK_PARAMETERS, frozenset(quick))
        setattr(view, _IS_SEARCH, is_search)
        return view

    return decorator


def accepts_upload(max_bytes: int) -> Callable[[View], View]:
    """Let a view receive a form with files of `max_bytes` together."""

    def decorator(view: View) -> View:
        setattr(view, _MAX_UPLOAD, max_bytes)
        return view

    return decorator


def declare(
    app: Flask,
    endpoint: str,
    *,
    calls_provider: bool = False,
    max_upload: int | None = None,
    slow_read: bool = False,
    error_page: ErrorPage | None = None,
) -> None:
    """Declare the facts of an endpoint whose view can't be marked, such as a method."""
    known = _declared(app).get(endpoint, Endpoint())
    _declared(app)[endpoint] = replace(
        known,
        calls_provider=calls_provider or known.calls_provider,
        max_upload=max_upload or known.max_upload,
        quick_parameters=frozenset() if slow_read else known.quick_parameters,
        error_page=error_page or known.error_page,
    )


def declare_unknown(app: Flask, prefix: str, error_page: ErrorPage) -> None:
    """Declare the error page of the addresses below `prefix` that have no endpoint."""
    app.extensions.setdefault(_UNKNOWN, {})[prefix] = error_page


def unknown_page(app: Flask, path: str) -> ErrorPage | None:
    """Return the error page of an address without an endpoint."""
    pages: dict[str, ErrorPage] = app.extensions.get(_UNKNOWN, {})
    return next((page for prefix, page in pages.items() if path.startswith(prefix)), None)


def endpoint_of(app: Flask, name: str | None) -> Endpoint:
    """Return the facts of an endpoint by its name."""
    declared = _declared(app)
    if name is None:
        return _DEFAULT
    if name not in declared:
        view = app.view_functions.get(name)
        declared[name] = Endpoint(
            calls_provider=getattr(view, _CALLS_PROVIDER, False),
            max_upload=getattr(view, _MAX_UPLOAD, None),
            cacheable=getattr(view, _CACHEABLE, False),
            quick_parameters=getattr(view, _QUICK_PARAMETERS, None),
            is_search=getattr(view, _IS_SEARCH, None),
        )
    return declared[name]


def init_app(app: Flask) -> None:
    """Set the limits of the request bodies that Flask itself checks."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.extensions.setdefault(_EXTENSION, {})


def limit_body(app: Flask, request: Request) -> None:
    """Apply the limit of the endpoint, before anything reads the body.

    Raises 413 at once for a declared length above the limit, also where the view reads no body.
    """
    if "CONTENT_LENGTH" not in request.environ or (length := request.content_length) is None:
        return
    endpoint = endpoint_of(app, request.endpoint)
    request.max_content_length = endpoint.max_body
    if length > endpoint.max_body:
        raise RequestEntityTooLarge(
            f"The request body is too large: the limit here is {endpoint.limit_text}."
        )


def _declared(app: Flask) -> dict[str, Endpoint]:
    return cast("dict[str, Endpoint]", app.extensions.setdefault(_EXTENSION, {}))


_DEFAULT: Final = Endpoint()
