"""Formats amounts and numbers as the client does, for pages without JavaScript.

Digits are always 0 to 9: Babel has no others.
"""

from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.numbers import format_currency, format_decimal

_DECIMALS: Final = "#,##0.####"


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats of a locale of `SHOP_LOCALE`, such as "en-IN"."""

    locale: Locale

    @classmethod
    def of(cls, locale: str) -> "Formats":
        return cls(Locale.parse(locale, sep="-"))

    def money(self, amount: str, currency: str) -> str:
        """`₹499` for "499.00" in India. The decimals are those of the amount, if it has any."""
        number = Decimal(amount)
        is_whole = number == number.to_integral_value()
        digits = 0 if is_whole else -int(number.as_tuple().exponent)
        pattern = copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        return format_currency(
            number,
            currency,
            format=pattern,
            locale=self.locale,
            currency_digits=False,
        )

    def number(self, value: float) -> str:
        """`1,850.5` in India, with at most four decimals."""
        return format_decimal(value, format=_DECIMALS, locale=self.locale)
