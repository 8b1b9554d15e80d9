"""What every schema is built of: nothing is coerced, everything is bounded."""

# marshmallow's signatures and class attributes are as they are.
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
_AMOUNT_SENTENCE: Final = 'An amount is a decimal string such as "499.00".'


class Schema(MarshmallowSchema):
    """Unknown members are left out, members of a wrong type are refused."""

    class Meta:
        unknown = EXCLUDE


class QuerySchema(Schema):
    """A query string; a form sends what was not filled in as an empty string."""

    @pre_load
    def without_empty(self, data: Any, **_: object) -> dict[str, Any]:
        """`data` is a multi-dict, of which a list takes all values and the rest the last one."""
        given = {}
        for name, field in self.fields.items():
            values = [value for value in data.getlist(name) if value != ""]
            if values:
                given[name] = values if isinstance(field, fields.List) else values[-1]
        return given


class WholeNumber(fields.Integer):
    """A JSON integer within bounds: no string, no boolean, no fraction, no exponent."""

    default_error_messages = {"invalid": "Not a whole number."}

    def __init__(
        self, *, minimum: int = -MAX_INTEGER, maximum: int = MAX_INTEGER, **options: Any
    ) -> None:
        super().__init__(validate=validate.Range(minimum, maximum), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return value


class Identifier(WholeNumber):
    """The id of something: 1 to 2^53 - 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(minimum=1, **options)


class QueryInteger(WholeNumber):
    """A whole number in a query string or a form, where everything is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        return super()._deserialize(value, attr, data, **options)


class DigitsOrNumber(QueryInteger):
    """An id as a number or as a string of digits, where v1 clients send both."""


class Flag(fields.Boolean):
    """A JSON `true` or `false`, nothing that is like it."""

    default_error_messages = {"invalid": "Not true or false."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class QueryFlag(fields.Boolean):
    """`true` or `false` in a query string (`1` and `0` will do)."""

    truthy = {"true", "True", "1"}
    falsy = {"false", "False", "0"}


class Text(fields.String):
    """A string of bounded length, without NUL and without half of a surrogate pair."""

    def __init__(
        self, *, minimum: int = 0, maximum: int = 255, pattern: str | None = None, **options: Any
    ) -> None:
        checks: list[validate.Validator] = [validate.Length(minimum, maximum)]
        if pattern is not None:
            checks.append(validate.Regexp(pattern, error="Not in the expected form."))
        super().__init__(validate=checks, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if not storable(text):
            raise ValidationError("It contains characters that can't be stored.")
        return text


class MoneyString(fields.String):
    """An amount in major units as a decimal string, `"499.00"`.

    It is loaded as that string: how many digits are right depends on the currency, which
    `Money.parse` knows. It is dumped from `Money`.
    """

    default_error_messages = {"invalid": _AMOUNT_SENTENCE}

    def __init__(self, **options: Any) -> None:
        options.setdefault("metadata", {}).setdefault("example", "499.00")
        check = validate.Regexp(_AMOUNT, error=_AMOUNT_SENTENCE)
        super().__init__(validate=check, **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else str(value)


class UtcTime(fields.DateTime):
    """A moment in RFC 3339, shown in UTC with `Z`; one without a zone is refused."""

    default_error_messages = {"invalid": "Not a time such as 2026-01-31T12:00:00Z."}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else rfc3339(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime:
        if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
            raise self.make_error("invalid")
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error


def rfc3339(moment: datetime) -> str:
    """An aware moment in UTC, ending in `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def storable(text: str) -> bool:
    """Whether both databases can keep it: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
