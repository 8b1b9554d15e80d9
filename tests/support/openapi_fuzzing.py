"""Generate requests from the OpenAPI document and check each response against it."""

import copy
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

Ids = Mapping[str, list[int | str]]
AnyCase = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
_CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# Accepts any input, since a form sends each keystroke.
_ACCEPTS_ANYTHING: Final = ("GET /api/addresses/pincode/",)


@dataclass(frozen=True, kw_only=True)
class Explorer:
    """Sends `examples` valid and as many invalid requests to an operation.

    Half of the valid requests use the ids of existing objects, since generated ids match none.
    """

    app: Flask
    document: dict[str, Any]
    examples: int

    def operations(self) -> Iterator[Operation]:
        """Yield all operations, without their `default` responses and security requirements.

        A `default` response would allow anything.
        """
        document = copy.deepcopy(self.document)
        for described in document["paths"].values():
            for method, operation in described.items():
                if method != "parameters":
                    operation["responses"].pop("default", None)
                    del operation["security"]
        schema = schemathesis.openapi.from_dict(document)
        schema.app = self.app
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            yield result.ok()

    def explore(self, operation: Operation, headers: Mapping[str, str], ids: Ids) -> None:
        """Raises `FailureGroup` at the first response that does not conform."""
        for mode in _MODES:
            if mode is GenerationMode.NEGATIVE and not _can_be_invalid(operation):
                continue
            self._send(operation, mode, headers, ids)

    def _send(
        self, operation: Operation, mode: GenerationMode, headers: Mapping[str, str], ids: Ids
    ) -> None:
        must_be_rejected = (
            mode is GenerationMode.NEGATIVE and operation.label not in _ACCEPTS_ANYTHING
        )

        # Each request changes the data, so a failing example cannot be shrunk.
        @settings(
            max_examples=self.examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), draw=st.data())
        def send_one(case: AnyCase, draw: st.DataObject) -> None:
            if mode is GenerationMode.POSITIVE and draw.draw(st.booleans()):
                _use_existing_ids(case, ids, draw)
            checks = list(_CHECKS)
            if must_be_rejected and not _has_empty_query(case):
                checks.append(negative_data_rejection)
            # schemathesis does not decompress responses of a WSGI application.
            response = case.call(headers={"Accept-Encoding": "identity", **headers})
            case.validate_response(response, checks=checks)

        with warnings.catch_warnings():
            # schemathesis and Hypothesis warn where no invalid input can be generated.
            warnings.simplefilter("ignore")
            send_one()


def _can_be_invalid(operation: Operation) -> bool:
    """Whether an invalid request exists: any text is valid in a path."""
    numbers = [
        parameter
        for parameter in operation.path_parameters
        if parameter.definition["schema"]["type"] == "integer"
    ]
    return bool(operation.body or operation.query or numbers)


def _has_empty_query(case: AnyCase) -> bool:
    """Whether a query parameter is empty, which counts as missing.

    An empty object is sent as an empty value too.
    """
    return any(
        "" in value if isinstance(value, list) else value in ("", {})
        for value in case.query.values()
    )


def _use_existing_ids(case: AnyCase, ids: Ids, draw: st.DataObject) -> None:
    """Replace generated ids with those of existing objects."""
    parts: list[Any] = [case.path_parameters, case.query, case.body]
    for part in (part for part in parts if isinstance(part, dict)):
        for name in part:
            if name in ids:
                part[name] = draw.draw(st.sampled_from(ids[name]))
        if "cart_ids" in part:
            part["cart_ids"] = [draw.draw(st.sampled_from(ids["line_id"]))]
        if isinstance(part.get("items"), list):
            for item in part["items"]:
                if isinstance(item, dict):
                    item["id"] = draw.draw(st.sampled_from(ids["itemId"]))
