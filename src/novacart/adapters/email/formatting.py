"""Formatting of amounts and dates in emails; the back office shows amounts in the same format."""

from copy import copy
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from novacart.domain.shared.money import Money, currency_exponent

# Text and HTML of an e-mail and pages of the back office have many equal amounts, and e-mails of a
# day the same dates.


@lru_cache(maxsize=1000)
def money(amount: Money, locale: Locale) -> str:
    """`₹1,24,100.00` in India, `1.241,00 €` in Germany."""
    exponent = currency_exponent(amount.currency)
    number = Decimal(amount.amount).scaleb(-exponent)
    # Babel rounds to its own number of decimal places: none for RSD and IQD.
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (exponent, exponent)
    return format_currency(
        number, amount.currency, format=pattern, locale=locale, currency_digits=False
    )


@lru_cache(maxsize=100)
def day(date_: date, locale: Locale) -> str:
    """`Monday, 30 November 2026`."""
    return format_date(date_, "full", locale=locale)
