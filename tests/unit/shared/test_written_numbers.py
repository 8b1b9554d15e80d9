import pytest

from novacart.application.written_numbers import (
    NumberStyle,
    UnclearNumber,
    decimal_mark_of,
    read_money,
    read_number,
)
from novacart.domain.shared.errors import InvalidValue

UNKNOWN = NumberStyle(likely=None)
COMMAS = NumberStyle(proven=",")
POINTS = NumberStyle(proven=".")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1299", "1299"),
        ("-720", "-720"),
        ("10.00", "10.00"),
        ("12.9900", "12.9900"),
        ("0.500", "0.500"),
        ("1,299.00", "1299.00"),
        ("1,299,000", "1299000"),
        ("1,29,900.50", "129900.50"),
        ("1.299,00", "1299.00"),
        ("1.299.000", "1299000"),
        ("10,5", "10.5"),
        ("1 299,00", "1299.00"),
        ("1\u202f299", "1299"),
        ("1'299.00", "1299.00"),
        ("007", "007"),
        (".5", "0.5"),
        ("-,50", "-0.50"),
    ],
)
def test_number_with_one_meaning_is_read_in_any_style(text: str, number: str) -> None:
    for style in (UNKNOWN, COMMAS, POINTS, NumberStyle()):
        assert read_number(text, style) == number


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("1,299", POINTS, "1299"),
        ("1,299", NumberStyle(), "1299"),
        ("1,299", COMMAS, "1.299"),
        ("1.299", POINTS, "1.299"),
        ("1.299", COMMAS, "1299"),
        ("-1,000", NumberStyle(), "-1000"),
    ],
)
def test_style_of_the_file_decides_between_two_meanings(
    text: str, style: NumberStyle, number: str
) -> None:
    assert read_number(text, style) == number


@pytest.mark.parametrize(
    ("text", "style"), [("1,299", UNKNOWN), ("1.299", UNKNOWN), ("1.299", NumberStyle())]
)
def test_number_with_two_meanings_raises(text: str, style: NumberStyle) -> None:
    with pytest.raises(UnclearNumber, match=r"can be read as 1299 or as 1\.299|1\.299 or as 1299"):
        read_number(text, style)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cheap",
        "1e3",
        "1,2,3",
        "1,29.00",
        "1.2.3",
        "12.",
        ".",
        "--1",
        "+5",
        "0x10",
        "\u0966",
        "1_000",
    ],
)
def test_other_text_raises(text: str) -> None:
    with pytest.raises(UnclearNumber, match="is not a number"):
        read_number(text, POINTS)


def test_three_places_of_the_shop_format_are_decimals() -> None:
    assert read_number("12.500", UNKNOWN, decimal_places=3) == "12.500"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("₹1,299.00", "."),
        ("10.00", "."),
        ("1,29,900", "."),
        ("1.299,00 €", ","),
        ("1,299", None),
        ("1299", None),
        ("many", None),
    ],
)
def test_decimal_mark_of_a_number(text: str, mark: str | None) -> None:
    assert decimal_mark_of(text) == mark


@pytest.mark.parametrize("text", ["9" * 30, "9" * 30 + ".999", "-" + "9" * 5000])
def test_rounded_amount_that_is_too_large_raises(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_money(text, "INR", is_rounded=True)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("R$ 49,90", "BRL", 4990),
        ("12.5 zł", "PLN", 1250),
        ("AU$5", "AUD", 500),
        ("12000 Fcfa", "XOF", 12_000),
    ],
)
def test_price_may_have_the_symbol_of_its_currency(text: str, currency: str, amount: int) -> None:
    assert read_money(text, currency).amount == amount
