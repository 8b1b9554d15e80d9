"""Money: integer minor units of one currency."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from novacart.domain.shared.errors import DomainError, InvalidValue

_CODE = re.compile(r"[A-Z]{3}")
_DECIMAL = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]+))?")

# ISO 4217, list one: the currencies whose minor unit is not a hundredth.
_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)


class CurrencyMismatch(DomainError):
    """Two amounts of different currencies were put together."""

    code = "currency_mismatch"

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} cannot be put together.")


def currency_exponent(currency: str) -> int:
    """How many digits of `currency` (ISO 4217) stand behind the point."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units (paise, cents) of the currency named by its ISO 4217 code.

    It adds only its own currency, multiplies by integers, and splits with nothing lost.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        """Raises `InvalidValue` for a code that is not three capital letters."""
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            message = "money counts whole minor units"
            raise TypeError(message)
        if not _CODE.fullmatch(self.currency):
            raise InvalidValue("currency", "A currency is three capital letters (ISO 4217).")

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str, *, field: str = "amount") -> Self:
        """Read a decimal string in major units, such as `"499.00"`; `"499"` will do too.

        Raises `InvalidValue` (naming `field`) for anything else, more digits than the
        currency has included.
        """
        match = _DECIMAL.fullmatch(text)
        exponent = currency_exponent(currency)
        if match is None or len(match[3] or "") > exponent:
            digits = "0" * exponent
            example = f"499.{digits}" if digits else "499"
            raise InvalidValue(field, f'An amount is a decimal string such as "{example}".')
        minor = int(match[2] + (match[3] or "").ljust(exponent, "0"))
        return cls(-minor if match[1] else minor, currency)

    def __add__(self, other: "Money") -> "Money":
        self._must_match(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._must_match(other)
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
        self._must_match(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._must_match(other)
        return self.amount <= other.amount

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self

    def __str__(self) -> str:
        """The wire's form: major units with all of the currency's digits, `"499.00"`."""
        exponent = currency_exponent(self.currency)
        sign = "-" if self.amount < 0 else ""
        digits = str(abs(self.amount)).rjust(exponent + 1, "0")
        return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}" if exponent else sign + digits

    def increased_by(self, percent: int) -> "Money":
        """The amount plus `percent` per cent of it, or less if negative, rounded half up."""
        return Money((self.amount * (100 + percent) + 50) // 100, self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Shares in proportion to `weights`, whose sum is the whole to the last minor unit.

        What rounding leaves over goes one unit at a time to the largest remainders, the
        first of equals first. Raises `ValueError` where no weight is positive.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            message = "weights are zero or more, and one is more"
            raise ValueError(message)
        parts = [divmod(self.amount * weight, total) for weight in weights]
        shares = [whole for whole, _ in parts]
        by_remainder = sorted(range(len(parts)), key=lambda i: -parts[i][1])
        for index in by_remainder[: self.amount - sum(shares)]:
            shares[index] += 1
        return [Money(share, self.currency) for share in shares]

    def _must_match(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
