"""Requests made up from the OpenAPI document, and what it promises held against each answer."""

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
# Takes whatever a form sends while it is typed into, so that nothing is negative there.
_TAKES_ANYTHING: Final = ("GET /api/addresses/pincode/",)


@dataclass(frozen=True, kw_only=True)
class Explorer:
    """Sends `examples` requests of each kind, right and wrong, to an operation.

    Half of the ids in the right ones are those that `ids` knows of; made-up ones are seldom
    anybody's.
    """

    app: Flask
    document: dict[str, Any]
    examples: int

    def operations(self) -> Iterator[Operation]:
        """All of the document's.

        Their catch-all answers are taken out, since they promise nothing, and so is what they
        say of security: whoever explores is signed in or not.
        """
        document = copy.deepcopy(self.document)
        for described in document["paths"].values():
            for method, operation in described.items():
                if method != "parameters":
                    operation["responses"].pop("default", None)
                    del operation["security"]
        schema = schemathesis.openapi.from_dict(document)
        schema.app = self.app
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            yield found.ok()

    def explore(self, operation: Operation, headers: Mapping[str, str], ids: Ids) -> None:
        """Raises schemathesis's failures at the first answer that breaks a promise."""
        for mode in _MODES:
            if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
                continue
            self._send(operation, mode, headers, ids)

    def _send(
        self, operation: Operation, mode: GenerationMode, headers: Mapping[str, str], ids: Ids
    ) -> None:
        must_be_refused = mode is GenerationMode.NEGATIVE and operation.label not in _TAKES_ANYTHING

        # The shop remembers what was sent to it, so nothing is gained by shrinking.
        @settings(
            max_examples=self.examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), draw=st.data())
        def one(case: AnyCase, draw: st.DataObject) -> None:
            if mode is GenerationMode.POSITIVE and draw.draw(st.booleans()):
                _make_real(case, ids, draw)
            checks = list(_CHECKS)
            if must_be_refused and not _left_empty(case):
                checks.append(negative_data_rejection)
            answer = case.call(headers=dict(headers))
            case.validate_response(answer, checks=checks)

        with warnings.catch_warnings():
            # Some negations can't be generated, which schemathesis and Hypothesis report so.
            warnings.simplefilter("ignore")
            one()


def _can_be_wrong(operation: Operation) -> bool:
    """Whether it takes anything but text in its path, of which none is wrong."""
    numbers = [
        parameter
        for parameter in operation.path_parameters
        if parameter.definition["schema"]["type"] == "integer"
    ]
    return bool(operation.body or operation.query or numbers)


def _left_empty(case: AnyCase) -> bool:
    """Whether it says nothing for a part of a query, as a form does that was not filled in.

    An object of no members is sent as nothing, too.
    """
    return any(
        "" in value if isinstance(value, list) else value in ("", {})
        for value in case.query.values()
    )


def _make_real(case: AnyCase, ids: Ids, draw: st.DataObject) -> None:
    """Put ids that there are in place of those that were made up."""
    places: list[Any] = [case.path_parameters, case.query, case.body]
    for place in (place for place in places if isinstance(place, dict)):
        for name in place:
            if name in ids:
                place[name] = draw.draw(st.sampled_from(ids[name]))
        if "cart_ids" in place:
            place["cart_ids"] = [draw.draw(st.sampled_from(ids["line_id"]))]
        if isinstance(place.get("items"), list):
            for item in place["items"]:
                if isinstance(item, dict):
                    item["id"] = draw.draw(st.sampled_from(ids["itemId"]))
