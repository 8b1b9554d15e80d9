"""Stripe's form encoding: nested names in brackets (Stripe API: Request bodies)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.support.fake_stripe.errors import invalid
from tests.support.fake_stripe.wire import Json

_NAME = re.compile(r"(?P<head>[^\[\]]+)(?P<rest>(?:\[[^\[\]]*\])*)")


def decode_form(encoded: str) -> Json:
    """Return nested dictionaries of strings; a list is a dictionary from index to value.

    Only the reader of a parameter knows whether ``[0]`` is an index or, as in metadata, a name.
    Raises :class:`StripeError` for a malformed name.
    """
    form: Json = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        match = _NAME.fullmatch(name)
        if match is None:
            raise invalid(f"Invalid request (malformed parameter name): {name}", param=name)
        path = [match["head"], *re.findall(r"\[([^\[\]]*)\]", match["rest"])]
        _put(form, path, value, name)
    return form


def _put(form: Json, path: list[str], value: str, name: str) -> None:
    node: dict[str, Any] = form
    *parents, leaf = path
    for part in parents:
        node = node.setdefault(part or str(len(node)), {})
        if not isinstance(node, dict):
            raise invalid("Invalid request (conflicting parameters)", param=name)
    node[leaf or str(len(node))] = value
