"""Formatting of amounts and dates in emails."""

from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency

from novacart.domain.shared.money import Money, currency_exponent

# Emails are in English; the number format depends on the currency (Unicode CLDR).
_LOCALES: Final = {"INR": "en_IN", "GBP": "en_GB", "AUD": "en_AU", "CAD": "en_CA", "EUR": "en_IE"}


def money(amount: Money) -> str:
    """`₹1,24,100.00` for rupees, `$1,241.00` for dollars."""
    number = Decimal(amount.amount).scaleb(-currency_exponent(amount.currency))
    locale = _LOCALES.get(amount.currency, "en_US")
    return format_currency(number, amount.currency, locale=locale)


def day(date_: date) -> str:
    """`Monday, 30 November 2026`."""
    return format_date(date_, "EEEE, d MMMM y", locale="en")
