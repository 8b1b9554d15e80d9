"""Money in integer minor units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from novacart.domain.shared.errors import DomainError, InvalidValue

_CODE = re.compile(r"[A-Z]{3}")
_DECIMAL = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]+))?")

# ISO 4217, list one: the currencies whose minor unit is not a hundredth.
_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)


class CurrencyMismatch(DomainError):
    """An operation on amounts of different currencies."""

    code = "currency_mismatch"

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} cannot be combined.")


def decimal_string(amount: int, currency: str) -> str:
    """`amount` minor units as major units with all decimal places, such as `"499.00"`."""
    exponent = currency_exponent(currency)
    digits = str(amount).zfill(exponent + 1 + (amount < 0))
    return f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits


def currency_exponent(currency: str) -> int:
    """The number of decimal places of a currency (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units (paise, cents) of an ISO 4217 currency.

    Arithmetic requires the same currency; only integers multiply; `split` loses nothing.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        """Raises `InvalidValue` for a currency that is not three capital letters."""
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            message = "the amount must be an integer of minor units"
            raise TypeError(message)
        if not _CODE.fullmatch(self.currency):
            raise InvalidValue("currency", "A currency must be three capital letters (ISO 4217).")

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str, *, field: str = "amount") -> Self:
        """Parse a decimal string in major units, such as `"499.00"` or `"499"`.

        Raises `InvalidValue` for `field` for any other format, also for more decimal places
        than the currency has.
        """
        match = _DECIMAL.fullmatch(text)
        exponent = currency_exponent(currency)
        if match is None or len(match[3] or "") > exponent:
            digits = "0" * exponent
            example = f"499.{digits}" if digits else "499"
            raise InvalidValue(field, f'An amount must be a decimal string such as "{example}".')
        minor = int(match[2] + (match[3] or "").ljust(exponent, "0"))
        return cls(-minor if match[1] else minor, currency)

    def __add__(self, other: "Money") -> "Money":
        self._ensure_same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._ensure_same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, times: int) -> "Money":
        if isinstance(times, bool) or not isinstance(times, int):
            return NotImplemented
        return Money(self.amount * times, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: "Money") -> bool:
        self._ensure_same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._ensure_same_currency(other)
        return self.amount <= other.amount

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self

    def __str__(self) -> str:
        """Major units with all decimal places of the currency, such as `"499.00"`."""
        return decimal_string(self.amount, self.currency)

    def increased_by(self, percent: int | Decimal) -> "Money":
        """The amount plus `percent` per cent of it, or less if negative, rounded half up."""
        numerator, denominator = percent.as_integer_ratio()
        whole = 100 * denominator
        doubled = 2 * self.amount * (whole + numerator)
        return Money((doubled + whole) // (2 * whole), self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Split in proportion to `weights`; the shares add up to the amount.

        Largest remainder method: each minor unit that rounding leaves goes to the largest
        remainders, the first of equal ones first. Raises `ValueError` for a negative weight
        or if no weight is positive.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            message = "weights must not be negative, and one must be positive"
            raise ValueError(message)
        parts = [divmod(self.amount * weight, total) for weight in weights]
        shares = [whole for whole, _ in parts]
        by_remainder = sorted(range(len(parts)), key=lambda i: -parts[i][1])
        for index in by_remainder[: self.amount - sum(shares)]:
            shares[index] += 1
        return [Money(share, self.currency) for share in shares]

    def _ensure_same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
