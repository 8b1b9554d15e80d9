"""Validation of parameters, as strict as Stripe's, before the endpoint executes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.support.fake_stripe.errors import invalid
from tests.support.fake_stripe.wire import Json

MAXIMUM_AMOUNT = 99_999_999
_INTEGER = re.compile(r"-?\d+")


class Parameters:
    """The parameters of a call; raises ``parameter_unknown`` for an unknown one."""

    def __init__(self, values: Json, *, allowed: Iterable[str] = ()) -> None:
        known = frozenset(allowed)
        for name in values:
            if name not in known:
                raise invalid(
                    f"Received unknown parameter: {name}", param=name, code="parameter_unknown"
                )
        self._values = values

    def __contains__(self, name: str) -> bool:
        """Return whether the caller sent the parameter."""
        return name in self._values

    def text(self, name: str, *, required: bool = False) -> str | None:
        """Return a string, or None if it is missing or empty."""
        value = self._values.get(name)
        if isinstance(value, dict):
            raise invalid("Invalid string", param=name)
        if required and not value:
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
        return value or None

    def integer(self, name: str, *, minimum: int = 1, maximum: int = MAXIMUM_AMOUNT) -> int | None:
        """Return an integer in range, or None if it is missing."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not _INTEGER.fullmatch(value):
            raise invalid(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")
        number = int(value)
        if number < minimum:
            raise invalid(
                f"This value must be greater than or equal to {minimum}.",
                param=name,
                code="parameter_invalid_integer",
            )
        if number > maximum:
            raise invalid(
                f"Amount must be no more than {maximum}", param=name, code="amount_too_large"
            )
        return number

    def amount(self) -> int:
        """Return the required ``amount`` in the currency's minor units."""
        amount = self.integer("amount")
        if amount is None:
            raise invalid(
                "Missing required param: amount.", param="amount", code="parameter_missing"
            )
        return amount

    def choice(self, name: str, options: tuple[str, ...]) -> str | None:
        """Return one of the options, or None if it is missing."""
        value = self.text(name)
        if value is not None and value not in options:
            wording = f"{', '.join(options[:-1])}, or {options[-1]}"
            raise invalid(f"Invalid {name}: must be one of {wording}", param=name)
        return value

    def currency(self) -> str:
        """Return the three lower-case letters of an ISO 4217 code."""
        value = self.text("currency", required=True) or ""
        if not re.fullmatch(r"[a-z]{3}", value):
            raise invalid(f"Invalid currency: {value}", param="currency")
        return value

    def strings(self, name: str) -> list[str]:
        """Return a list of strings, in the order sent."""
        value = self._values.get(name, {})
        if isinstance(value, str):
            raise invalid("Invalid array", param=name)
        return [item for item in value.values() if isinstance(item, str)]

    def mapping(self, name: str) -> Json:
        """Return a dictionary, empty if it is missing or empty."""
        value = self._values.get(name) or {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=name)
        return value

    def metadata(self) -> dict[str, str]:
        """Return the metadata: at most 50 keys of 40 characters, values of 500 (Metadata)."""
        metadata = self.mapping("metadata")
        for key, value in metadata.items():
            if not isinstance(value, str) or len(key) > 40 or len(value) > 500:
                raise invalid("Invalid metadata (a flat hash of short strings)", param="metadata")
        if len(metadata) > 50:
            raise invalid("Metadata can have at most 50 keys", param="metadata")
        return metadata
