"""The base class of every feature's blueprint: strict argument parsing and documented errors."""

# A route has any arguments.
# ruff: noqa: ANN401

import json
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, Final, TypeVar, cast

import flask_smorest
from flask import request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from novacart.adapters.web.http.body import json_body
from novacart.adapters.web.http.errors import STATUSES, ApiError, invalid
from novacart.adapters.web.http.fields import is_storable

# Characters of an invalid text in a list that its message shows.
_MAX_SHOWN: Final = 40
F = TypeVar("F", bound=Callable[..., Any])


class _DocumentedParser(FlaskParser):
    """Documents the status of invalid arguments. It loads none: see `_load`."""

    DEFAULT_VALIDATION_STATUS = 400


class Blueprint(flask_smorest.Blueprint):
    """flask-smorest's blueprint with the strict parser and documented error codes."""

    ARGUMENTS_PARSER = _DocumentedParser()

    def arguments(
        self, schema: Schema | type[Schema], *, location: str = "json", **kwargs: Any
    ) -> Callable[[F], F]:
        """Pass the validated body or query to a route, after the arguments of its URL.

        Invalid input is a 400 that names each field. All requests share one schema instance:
        creating one takes as long as loading a body. A schema of a query must depend on nothing but
        the query, since what it loaded is cached.
        """
        loaded = schema() if isinstance(schema, type) else schema
        load = _QueryLoader(loaded) if location == "query" else partial(_load, loaded, json_body)
        document = super().arguments(schema, location=location, **kwargs)

        def decorator(route: F) -> F:
            @wraps(route)
            def wrapper(*args: Any, **view_args: Any) -> Any:
                return route(*args, load(), **view_args)

            cast("Any", wrapper)._apidoc = cast("Any", document(route))._apidoc  # noqa: SLF001
            return cast("F", wrapper)

        return decorator

    def response(self, *args: Any, **kwargs: Any) -> Callable[[F], F]:
        """Document the response of a route, which returns a `Response` itself."""
        return _documenting(super().response(*args, **kwargs))

    def alt_response(self, *args: Any, **kwargs: Any) -> Callable[[F], F]:
        return _documenting(super().alt_response(*args, **kwargs))

    @staticmethod
    def doc(**kwargs: Any) -> Callable[[F], F]:
        return _documenting(flask_smorest.Blueprint.doc(**kwargs))

    def raises(self, *codes: str) -> Callable[[F], F]:
        """Document the error codes of a route. Their statuses come from `errors.STATUSES`."""
        codes_by_status: dict[int, list[str]] = {}
        for code in codes:
            codes_by_status.setdefault(STATUSES[code], []).append(code)

        def decorator(route: F) -> F:
            for status, same_status in codes_by_status.items():
                route = self.alt_response(
                    status,
                    schema={"$ref": "#/components/schemas/Problem"},
                    description="Codes: " + ", ".join(f"`{code}`" for code in same_status) + ".",
                    content_type="application/problem+json",
                )(route)
            return route

        return decorator


class _QueryLoader:
    """Loads the query of a request, or returns what was loaded from the same query before.

    Most requests of a view have one of a few queries, often none at all.
    """

    MAX_SIZE: Final = 256
    MAX_LENGTH: Final = 256

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._loaded: dict[str, Mapping[str, Any]] = {}

    def __call__(self) -> dict[str, Any]:
        query: str = request.environ["QUERY_STRING"]
        loaded = self._loaded.get(query)
        if loaded is None:
            loaded = _load(self._schema, _query)
            if len(query) <= self.MAX_LENGTH:
                if len(self._loaded) >= self.MAX_SIZE:
                    self._loaded.clear()
                self._loaded[query] = loaded
        # A route may change its dictionary.
        return dict(loaded)


def _load(schema: Schema, read: Callable[[], Any]) -> Any:
    # Not with webargs, which determines the parser, list fields and handler in each call. That
    # takes as long as loading a query.
    data = read()
    try:
        return schema.load(data)
    except ValidationError as error:
        messages = error.messages
        if not isinstance(messages, Mapping) or "_schema" in messages:
            raise ApiError("invalid_value", "The body must be a JSON object.") from error
        by_field = {
            str(field): _flatten(nested, _value_of(data, field))
            for field, nested in messages.items()
        }
        raise invalid(by_field) from error


def _query() -> MultiDict[str, str]:
    for name, value in request.args.items(multi=True):
        if not is_storable(value):
            raise invalid({name: ["It contains characters that can't be stored."]})
    return request.args


def _documenting(decorate: Callable[[F], Any]) -> Callable[[F], F]:
    """Return a decorator that only stores the documentation of one of flask-smorest.

    flask-smorest wraps the route once for each, which costs time in each request.
    """

    def decorator(route: F) -> F:
        cast("Any", route)._apidoc = decorate(route)._apidoc  # noqa: SLF001 (flask-smorest's name)
        return route

    return decorator


def _flatten(messages: object, value: object) -> list[str]:
    """Return marshmallow's messages about one field, nested ones included, as a flat list.

    `value` is what the field has. Messages about a part of it begin with the part's name.
    """
    if isinstance(messages, str):
        return [messages]
    if isinstance(messages, Mapping):
        return [
            f"{_prefix(key, value)}{message}"
            for key, nested in messages.items()
            for message in _flatten(nested, _value_of(value, key))
        ]
    if isinstance(messages, list):
        return [message for nested in messages for message in _flatten(nested, value)]
    return [str(messages)]


def _value_of(container: object, key: object) -> object:
    """The member of an object or list that marshmallow's key means; None if it has none."""
    if isinstance(container, MultiDict):
        # Without empty values, as `QuerySchema` reads it.
        return [text for text in container.getlist(key) if text != ""]
    if isinstance(container, Mapping):
        return container.get(key)
    if isinstance(container, list) and isinstance(key, int) and 0 <= key < len(container):
        return container[key]
    return None


def _prefix(key: object, container: object) -> str:
    """The name of a part: the member of an object, or the text, number or position in a list.

    A whole object or list has none.
    """
    if not isinstance(key, int):
        return "" if key == "_schema" else f"{key}: "
    if key < 0:
        return ""
    item = _value_of(container, key)
    # A lone surrogate can't be encoded in the answer.
    if isinstance(item, str | int | float) and is_storable(str(item)):
        text = str(item) if isinstance(item, str) else json.dumps(item)
        shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
        return f"“{shown}”: "
    return f"item {key + 1}: "
