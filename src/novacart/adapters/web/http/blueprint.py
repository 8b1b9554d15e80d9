"""The blueprint that every feature's routes hang on."""

# webargs' signatures and class attributes are as they are.
# ruff: noqa: ANN401, ARG002

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import flask_smorest
from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from novacart.adapters.web.http.errors import STATUSES, ApiError, invalid
from novacart.adapters.web.http.fields import storable
from novacart.adapters.web.http.json_body import json_body

F = TypeVar("F", bound=Callable[..., Any])


class StrictParser(FlaskParser):
    """Reads arguments through schemas; what does not fit is a 400 that names each field."""

    DEFAULT_VALIDATION_STATUS = 400

    def load_json(self, req: Request, schema: Schema) -> Any:
        return json_body()

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        for name, value in req.args.items(multi=True):
            if not storable(value):
                raise invalid({name: ["It contains characters that can't be stored."]})
        return super().load_querystring(req, schema)

    def handle_error(  # type: ignore[override] # webargs types the request as generic
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> None:
        by_location: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        messages: object = next(iter(by_location.values()), {})
        if not isinstance(messages, Mapping) or "_schema" in messages:
            raise ApiError(400, code="invalid_value", detail="The body must be a JSON object.")
        raise invalid({str(field): _sentences(said) for field, said in messages.items()})


class Blueprint(flask_smorest.Blueprint):
    """flask-smorest's blueprint with the strict parser, and refusals told by their codes."""

    ARGUMENTS_PARSER = StrictParser()

    def refuses(self, *codes: str) -> Callable[[F], F]:
        """Document that a route may answer with these error codes of `STATUSES`."""
        by_status: dict[int, list[str]] = {}
        for code in codes:
            by_status.setdefault(STATUSES[code], []).append(code)

        def decorator(route: F) -> F:
            for status, its_codes in by_status.items():
                route = self.alt_response(
                    status,
                    schema={"$ref": "#/components/schemas/Problem"},
                    description="Codes: " + ", ".join(f"`{code}`" for code in its_codes) + ".",
                    content_type="application/problem+json",
                )(route)
            return route

        return decorator


def _sentences(said: object) -> list[str]:
    """What marshmallow says of one field, nested messages included, as a flat list."""
    if isinstance(said, str):
        return [said]
    if isinstance(said, Mapping):
        return [
            sentence if isinstance(place, int) and place < 0 else f"{place}: {sentence}"
            for place, inner in said.items()
            for sentence in _sentences(inner)
        ]
    if isinstance(said, list):
        return [sentence for inner in said for sentence in _sentences(inner)]
    return [str(said)]
