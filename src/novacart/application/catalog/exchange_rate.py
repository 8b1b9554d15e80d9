"""Prices of product files in another currency than that of the shop."""

import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Self

from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money, currency_exponent

_RATE: Final = re.compile(r"([A-Z]{3})=([0-9]{1,9}(?:\.[0-9]{1,12})?)")
_MONEY: Final = ("price", "compare_at_price")


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """One unit of `currency`, that of a file, is `rate` units of the shop's currency."""

    currency: str
    rate: Decimal

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a text such as `GBP=105.20`. Raises `InvalidValue`."""
        match = _RATE.fullmatch(text)
        if match is None or not (rate := Decimal(match[2])):
            raise InvalidValue(
                "exchange_rate", f"“{text}” is not an exchange rate such as GBP=105.20."
            )
        return cls(match[1], rate)

    def convert(self, money: Money, to: str) -> Money:
        """The amount in the currency `to`, rounded half up."""
        units = Decimal(money.amount).scaleb(-currency_exponent(money.currency)) * self.rate
        minor = units.scaleb(currency_exponent(to)).quantize(Decimal(1), ROUND_HALF_UP)
        return Money(int(minor), to)

    def convert_product(self, product: ImportedProduct, to: str) -> ImportedProduct:
        base = product.base
        if base is not None:
            compare_at = base.compare_at_price
            base = replace(
                base,
                price=self.convert(base.price, to),
                compare_at_price=None if compare_at is None else self.convert(compare_at, to),
            )
        variants = [self._convert_variant(variant, to) for variant in product.variants]
        return replace(product, base=base, variants=variants)

    def _convert_variant(self, variant: ImportedVariant, to: str) -> ImportedVariant:
        converted = {
            name: self.convert(price, to)
            for name in _MONEY
            if isinstance(price := variant.changes.get(name), Money)
        }
        difference = variant.price_difference
        return replace(
            variant,
            changes={**variant.changes, **converted},
            price_difference=None if difference is None else self.convert(difference, to),
        )
