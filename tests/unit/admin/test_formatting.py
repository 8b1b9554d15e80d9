from datetime import UTC, datetime, timedelta

import pytest

from novacart.adapters.admin import formatting
from novacart.domain.shared.money import Money

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(123456789, "INR"), "₹1,234,567.89"),
        (Money(-5, "USD"), "−$0.05"),
        (Money(1234, "JPY"), "JPY 1,234"),
        (Money(0, "EUR"), "€0.00"),
    ],
)
def test_money_has_symbol_sign_and_thousands_separators(amount: Money, text: str) -> None:
    assert formatting.money(amount) == text


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=25), "1 d ago"),
        (timedelta(seconds=-5), "0 s ago"),
    ],
)
def test_ago_uses_the_largest_unit(elapsed: timedelta, text: str) -> None:
    assert formatting.ago(NOON - elapsed, NOON) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("REFUND_REQUESTED", "Refund requested"),
        ("order_id", "Order ID"),
        ("purge_idempotency_keys", "Purge idempotency keys"),
    ],
)
def test_names_are_shown_as_words(name: str, text: str) -> None:
    assert formatting.humanize(name) == text


def test_email_address_can_be_broken_after_the_at_sign() -> None:
    assert formatting.email_address("ann@shop.example") == "ann@<wbr>shop.example"


def test_user_input_is_escaped() -> None:
    assert "<b>" not in formatting.email_address("<b>@<b>")
    assert "<b>" not in formatting.badge("<b>")
    assert "<b>" not in formatting.code("<b>")
    assert "<b>" not in formatting.link("/", "<b>")
    assert '"x' not in formatting.thumbnail('"x').replace('src="', "").replace('""', "")
