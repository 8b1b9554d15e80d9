"""Strict schema fields."""

from datetime import UTC, datetime
from typing import Any

import pytest
from marshmallow import ValidationError, fields

from novacart.adapters.web.http.fields import (
    Identifier,
    IntegerOrDigits,
    MoneyString,
    QueryBoolean,
    QueryInteger,
    Schema,
    StrictBoolean,
    StrictInteger,
    Text,
    UtcTime,
    rfc3339,
)
from novacart.domain.shared.money import Money


class ExampleSchema(Schema):
    id = Identifier()
    quantity = StrictInteger(minimum=0, maximum=99)
    page = QueryInteger(minimum=1)
    either = IntegerOrDigits(minimum=1)
    gift = StrictBoolean()
    count = QueryBoolean()
    name = Text(minimum=1, maximum=5)
    code = Text(pattern=r"^[A-Z]+$")
    price = MoneyString()
    at = UtcTime()
    inner = fields.Nested("ExampleSchema")


def load(**members: object) -> dict[str, Any]:
    loaded: dict[str, Any] = ExampleSchema().load(members)
    return loaded


@pytest.mark.parametrize(
    ("field", "value", "loaded"),
    [
        ("id", 1, 1),
        ("id", 2**53 - 1, 2**53 - 1),
        ("quantity", 0, 0),
        ("page", "3", 3),
        ("either", "17", 17),
        ("either", 17, 17),
        ("gift", True, True),
        ("count", "true", True),
        ("count", "0", False),
        ("name", "ünïc", "ünïc"),
        ("price", "499.00", "499.00"),
        ("price", "0", "0"),
        ("at", "2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("at", "2026-01-31T17:30:00.25+05:30", datetime(2026, 1, 31, 12, 0, 0, 250000, UTC)),
    ],
)
def test_valid_value_is_loaded(field: str, value: object, loaded: object) -> None:
    assert load(**{field: value}) == {field: loaded}


INVALID: dict[str, list[object]] = {
    "quantity": [-1, 100, "1", True, 1.0, 0.1, None, [1], {}, "abc", 2**63],
    "id": [0, -1, 2**53, "1", 1.5, float("inf"), float("nan")],
    "page": ["0", "1.0", "1e3", " 1", "+1", "\u0967", "", "9" * 30, True],
    "either": ["0", "abc", 1.0, True, None],
    "gift": ["true", 1, 0, None, "yes"],
    "count": ["yes", "2", ""],
    "name": ["", "x" * 6, "a\0b", "a\ud800", 1, None, ["a"]],
    "code": ["abc", "A1"],
    "price": [499, 4.99, "4,99", "-1", "1e3", "", "1.2345", "NaN", "\u0663", True],
    "at": [
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-02-30T12:00:00Z",
        0,
        "0001-01-01T00:00:00+14:00",
    ],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in INVALID.items() for value in values]
)
def test_invalid_value_is_rejected_with_a_message(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        load(**{field: value})
    messages = caught.value.messages_dict[field]
    assert messages
    assert all(isinstance(message, str) and message for message in messages)


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        (-1, "Must be at least 0."),
        (100, "Must be at most 99."),
        ("1", "Must be a whole number."),
    ],
)
def test_message_of_an_integer_names_the_bound_that_is_broken(
    quantity: object, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        load(quantity=quantity)
    assert caught.value.messages_dict == {"quantity": [message]}


def test_unknown_members_are_dropped_at_every_depth() -> None:
    given = {"id": 1, "is_staff": True, "inner": {"id": 2, "total": "0.01"}}
    assert load(**given) == {"id": 1, "inner": {"id": 2}}


def test_money_and_times_are_dumped_as_strings() -> None:
    dumped = ExampleSchema().dump(
        {"price": Money(49900, "INR"), "at": datetime(2026, 1, 31, tzinfo=UTC)}
    )
    assert dumped == {"price": "499.00", "at": "2026-01-31T00:00:00Z"}


def test_time_of_any_zone_is_formatted_in_utc() -> None:
    assert rfc3339(datetime.fromisoformat("2026-01-31T17:30:00.000250+05:30")) == (
        "2026-01-31T12:00:00.000250Z"
    )
