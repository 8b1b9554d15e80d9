"""Money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import CurrencyMismatch, Money

amounts = st.integers(min_value=-(10**12), max_value=10**12)


def inr(minor: int) -> Money:
    return Money(minor, "INR")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("499.00", "INR", 49900),
        ("499", "INR", 49900),
        ("499.5", "INR", 49950),
        ("0.01", "INR", 1),
        ("-1.25", "INR", -125),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
    ],
)
def test_parse_decimal_string(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    ["", "1e3", "1,000", " 1", "1 ", "1.", ".5", "1.234", "NaN", "Infinity", "+1", "\u0661", "0x1"],
)
def test_parse_invalid_string_raises_for_field(text: str) -> None:
    with pytest.raises(InvalidValue) as error:
        Money.parse(text, "INR", field="price")
    assert error.value.field == "price"


def test_parse_decimals_of_currency_without_minor_unit_raises() -> None:
    with pytest.raises(InvalidValue) as error:
        Money.parse("500.00", "JPY")
    assert error.value.field == "amount"


@pytest.mark.parametrize("code", ["inr", "IN", "INRS", "IN1", ""])
def test_invalid_currency_raises(code: str) -> None:
    with pytest.raises(InvalidValue) as error:
        Money(1, code)
    assert error.value.field == "currency"


@pytest.mark.parametrize("amount", [1.0, True, "1", None])
def test_amount_that_is_not_an_integer_raises(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "INR")  # type: ignore[arg-type]


@given(amounts, st.sampled_from(["INR", "JPY", "KWD"]))
def test_parse_reverses_str(minor: int, currency: str) -> None:
    assert Money.parse(str(Money(minor, currency)), currency) == Money(minor, currency)


@given(amounts, amounts)
def test_subtraction_reverses_addition(left: int, right: int) -> None:
    assert inr(left) + inr(right) - inr(right) == inr(left)
    assert inr(left) + -inr(left) == Money.zero("INR")


@given(amounts, amounts)
def test_money_is_ordered_by_amount(left: int, right: int) -> None:
    assert (inr(left) < inr(right)) == (left < right)
    assert (inr(left) <= inr(right)) == (left <= right)
    assert (inr(left) > inr(right)) == (left > right)
    assert (inr(left) >= inr(right)) == (left >= right)


def test_multiplication_takes_only_integers() -> None:
    assert inr(125) * 3 == inr(375)
    for times in (1.5, "2", True):
        with pytest.raises(TypeError):
            inr(125) * times  # type: ignore[operator]


def test_combining_currencies_raises() -> None:
    for operation in (
        lambda: inr(1) + Money(1, "USD"),
        lambda: inr(1) - Money(1, "USD"),
        lambda: inr(1) < Money(1, "USD"),
        lambda: inr(1) <= Money(1, "USD"),
    ):
        with pytest.raises(CurrencyMismatch, match="INR and USD"):
            operation()


def test_zero_is_false() -> None:
    assert not Money.zero("INR")
    assert inr(-1)


@given(
    amounts,
    st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=12).filter(any),
)
def test_split_is_complete_and_within_one_unit_of_proportion(
    minor: int, weights: list[int]
) -> None:
    shares = inr(minor).split(weights)
    assert sum(share.amount for share in shares) == minor
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.amount * sum(weights) - minor * weight) < sum(weights)


def test_split_gives_rounding_units_to_largest_remainders() -> None:
    assert inr(100).split([1, 1, 1]) == [inr(34), inr(33), inr(33)]
    assert inr(5).split([1, 4]) == [inr(1), inr(4)]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_split_without_positive_weight_raises(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        inr(100).split(weights)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "INR", "0.00"),
        (5, "INR", "0.05"),
        (-5, "INR", "-0.05"),
        (24_100, "INR", "241.00"),
        (0, "JPY", "0"),
        (-7, "JPY", "-7"),
        (1, "KWD", "0.001"),
    ],
)
def test_str_has_all_decimal_places_of_currency(minor: int, currency: str, text: str) -> None:
    assert str(Money(minor, currency)) == text


@pytest.mark.parametrize(
    ("currency", "example"), [("INR", "499.00"), ("JPY", "499"), ("KWD", "499.000")]
)
def test_parse_error_shows_example_in_currency(currency: str, example: str) -> None:
    with pytest.raises(InvalidValue) as error:
        Money.parse("much", currency, field="price")
    assert error.value.field == "price"
    assert str(error.value) == f'An amount must be a decimal string such as "{example}".'


@pytest.mark.parametrize(
    ("amount", "percent", "expected"),
    [
        (1000, 10, 1100),
        (1000, -10, 900),
        (105, 10, 116),
        (104, 10, 114),
        (50, -99, 1),
        (7, 0, 7),
        (1, 49, 1),
        (1, 50, 2),
        (1000, Decimal("-12.5"), 875),
        (99, Decimal("-0.5"), 99),
        (100, Decimal("-0.5"), 100),
        (101, Decimal("-0.5"), 100),
    ],
)
def test_increased_by_rounds_half_up(amount: int, percent: int | Decimal, expected: int) -> None:
    assert Money(amount, "INR").increased_by(percent) == Money(expected, "INR")
