import pytest

from novacart.adapters.storefront.formatting import Formats


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "text"),
    [
        ("en-IN", "499.00", "INR", "₹499"),
        ("en-IN", "499.50", "INR", "₹499.50"),
        ("en-IN", "9999999999.99", "INR", "₹9,99,99,99,999.99"),
        ("de-DE", "1234.50", "EUR", "1.234,50\u00a0€"),
        ("ja-JP", "1500", "JPY", "￥1,500"),
        # CLDR has no decimals for this currency, unlike ISO 4217.
        ("sr-Latn-RS", "1499.55", "RSD", "1.499,55\u00a0RSD"),
        # Not the decimal sign of Arabic digits.
        ("ar-EG", "12.345", "KWD", "\u200f12.345\u00a0د.ك.\u200f"),
    ],
)
def test_money_has_the_format_of_the_locale_and_the_decimals_of_the_amount(
    locale: str, amount: str, currency: str, text: str
) -> None:
    assert Formats.of(locale).money(amount, currency) == text


@pytest.mark.parametrize(("value", "text"), [(1850.5, "1,850.5"), (0.0001, "0.0001"), (2, "2")])
def test_number_has_at_most_four_decimals(value: float, text: str) -> None:
    assert Formats.of("en-IN").number(value) == text
