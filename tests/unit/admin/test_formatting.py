from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from babel import Locale
from flask import Flask
from flask.ctx import AppContext

from novacart.adapters.admin import formatting
from novacart.adapters.email.formatting import money
from novacart.domain.shared.money import Money

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "amount", "text"),
    [
        ("en-IN", Money(123456789, "INR"), "₹12,34,567.89"),
        ("en-US", Money(123456789, "INR"), "₹1,234,567.89"),
        ("de-DE", Money(124100, "EUR"), "1.241,00\N{NO-BREAK SPACE}€"),
        ("en-US", Money(-5, "USD"), "-$0.05"),
        ("en-US", Money(1234, "JPY"), "¥1,234"),
        ("en-US", Money(1234, "KWD"), "KWD1.234"),
        ("en-US", Money(1250, "RSD"), "RSD12.50"),
        ("en-US", Money(1234, "IQD"), "IQD1.234"),
    ],
)
def test_money_has_the_format_of_the_shops_locale(locale: str, amount: Money, text: str) -> None:
    with _shop(locale):
        assert formatting.money(amount) == text


@pytest.mark.parametrize(
    ("locale", "text"), [("en-IN", "1,24,100"), ("en-US", "124,100"), ("de-DE", "124.100")]
)
def test_numbers_are_grouped_as_in_the_shops_locale(locale: str, text: str) -> None:
    with _shop(locale):
        assert formatting.number(124100) == text


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (50, "+50 %"),
        (0, "0 %"),
        (-100, "-100 %"),
        (899, "+899 %"),
        (900, "×10"),
        (18_671, "×188"),
        (12_410_000, "×1,24,101"),
    ],
)
def test_change_is_a_factor_from_ten_times_on(percent: int, text: str) -> None:
    with _shop("en-IN"):
        assert formatting.change(percent) == text


def _shop(locale: str) -> AppContext:
    app = Flask(__name__)
    shop_locale = Locale.parse(locale, sep="-")
    app.config[formatting.LOCALE] = shop_locale
    app.config[formatting.FORMAT_MONEY] = partial(money, locale=shop_locale)
    return app.app_context()


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
        ("sku", "SKU"),
        ("description_html", "Description HTML"),
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
