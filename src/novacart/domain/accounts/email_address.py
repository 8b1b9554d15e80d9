"""Email addresses."""

import re
from dataclasses import dataclass
from typing import Self

from novacart.domain.shared.errors import InvalidValue

# RFC 5321, section 4.5.3.1: 256 characters with angle brackets, 64 of them before the @.
MAX_LENGTH = 254
MAX_LOCAL_PART = 64

# "Valid e-mail address" of the WHATWG HTML standard, which browsers apply to email inputs, with
# two more rules: the domain has a dot, and the local part no leading, trailing or double dot.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})+)")


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An email address with its domain in lower case.

    `text` keeps the case of the local part. Two addresses with the same `key` are the same.
    """

    text: str

    @classmethod
    def parse(cls, text: str, *, field: str = "email") -> Self:
        """Parse an address, ignoring surrounding spaces. Raises `InvalidValue` for `field`."""
        match = _ADDRESS.fullmatch(text.strip())
        if match is None or len(match[0]) > MAX_LENGTH or len(match[1]) > MAX_LOCAL_PART:
            raise InvalidValue(field, "Enter a valid email address.")
        return cls(f"{match[1]}@{match[2].lower()}")

    @classmethod
    def is_valid(cls, text: str) -> bool:
        """Whether `text` has the form of an email address."""
        return _ADDRESS.fullmatch(text.strip()) is not None

    @property
    def key(self) -> str:
        """The address in lower case, unique among users."""
        return self.text.casefold()

    @property
    def local_part(self) -> str:
        return self.text.partition("@")[0]

    @property
    def domain(self) -> str:
        return self.text.partition("@")[2]

    def __str__(self) -> str:
        return self.text
