"""Base schemas and strict fields: no type coercion, every value bounded."""

# marshmallow dictates these signatures and class attributes.
# ruff: noqa: ANN401, ARG002, RUF012

import re
from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import EXCLUDE, ValidationError, fields, pre_load, validate
from marshmallow import Schema as MarshmallowSchema

# The largest integer that every JSON reader keeps exactly (RFC 8259, section 6).
MAX_INTEGER: Final = 2**53 - 1
_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DIGITS: Final = re.compile(r"-?[0-9]{1,16}")
_AMOUNT: Final = r"^[0-9]{1,12}(\.[0-9]{1,3})?$"
_AMOUNT_SENTENCE: Final = 'An amount must be a decimal string such as "499.00".'


class Schema(MarshmallowSchema):
    """A schema that drops unknown members and rejects members of a wrong type.

    `null` differs from an absent member: allow it only for a member that can be cleared.
    """

    class Meta:
        unknown = EXCLUDE


class QuerySchema(Schema):
    """A query string. Empty values count as missing, since forms send them for empty inputs."""

    @pre_load
    def drop_empty(self, data: Any, **_: object) -> dict[str, Any]:
        """Convert the multi-dict: a list field takes all values, any other the last one."""
        present = {}
        for name, field in self.fields.items():
            values = [value for value in data.getlist(name) if value != ""]
            if values:
                present[name] = values if isinstance(field, fields.List) else values[-1]
        return present


class StrictInteger(fields.Integer):
    """A bounded JSON integer: no string, boolean, fraction or exponent."""

    default_error_messages = {"invalid": "Must be a whole number."}

    def __init__(
        self, *, minimum: int = -MAX_INTEGER, maximum: int = MAX_INTEGER, **options: Any
    ) -> None:
        bounds = [
            validate.Range(min=minimum, error="Must be at least {min}."),
            validate.Range(max=maximum, error="Must be at most {max}."),
        ]
        super().__init__(validate=bounds, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return value


class Identifier(StrictInteger):
    """An id: 1 to 2^53 - 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(minimum=1, **options)


class QueryInteger(StrictInteger):
    """An integer in a query string or a form, where every value is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        return super()._deserialize(value, attr, data, **options)


class IntegerOrDigits(QueryInteger):
    """An id as a number or a string of digits, where v1 clients send both."""


class StrictBoolean(fields.Boolean):
    """A JSON `true` or `false`; no string, no number."""

    default_error_messages = {"invalid": "Must be true or false."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class QueryBoolean(fields.Boolean):
    """`true` or `false` in a query string; also `1` or `0`."""

    truthy = {"true", "True", "1"}
    falsy = {"false", "False", "0"}


class Text(fields.String):
    """A string of bounded length, without NUL or lone surrogates.

    Outer spaces are removed before its length is checked, except with `strip=False`.
    """

    def __init__(
        self,
        *,
        minimum: int = 0,
        maximum: int = 255,
        pattern: str | None = None,
        strip: bool = True,
        length_error: str | None = None,
        **options: Any,
    ) -> None:
        self._strip = strip
        checks: list[validate.Validator] = [validate.Length(minimum, maximum, error=length_error)]
        if pattern is not None:
            checks.append(validate.Regexp(pattern, error="This does not have the expected format."))
        super().__init__(validate=checks, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if not is_storable(text):
            raise ValidationError("It contains characters that can't be stored.")
        return text.strip() if self._strip else text


class ListedText(Text):
    """A text in a list. The messages of an error begin with the text itself."""

    def __init__(self, *, minimum: int = 0, maximum: int = 255) -> None:
        expected = "{min} to {max}" if minimum else "at most {max}"
        error = f"It must have {expected} characters."
        super().__init__(minimum=minimum, maximum=maximum, length_error=error)


class MoneyString(fields.String):
    """An amount in major units as a decimal string, `"499.00"`.

    Loaded as that string, since `Money.parse` checks the number of digits of the currency.
    Dumped from `Money`.
    """

    default_error_messages = {"invalid": _AMOUNT_SENTENCE}

    def __init__(self, **options: Any) -> None:
        options.setdefault("metadata", {}).setdefault("example", "499.00")
        check = validate.Regexp(_AMOUNT, error=_AMOUNT_SENTENCE)
        super().__init__(validate=check, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else str(value)


class UtcTime(fields.DateTime):
    """An RFC 3339 time, dumped in UTC with `Z`. A time without an offset is invalid."""

    default_error_messages = {"invalid": "Must be a time such as 2026-01-31T12:00:00Z."}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else rfc3339(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime:
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise self.make_error("invalid")
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error


def rfc3339(time: datetime) -> str:
    """Format an aware time in UTC, ending in `Z`."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def is_storable(text: str) -> bool:
    """Whether both databases can store it: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
