"""E-mail addresses."""

import re
from dataclasses import dataclass
from typing import Self

from novacart.domain.shared.errors import InvalidValue

# RFC 5321, 4.5.3.1: a path of 256 characters with its angle brackets, a local part of 64.
MAX_LENGTH = 254
MAX_LOCAL_PART = 64

# The "valid e-mail address" of the WHATWG HTML standard, which is what a browser's form lets
# through, with a dot in the domain and none doubled or at the ends of the local part.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})+)")


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address as its owner writes it, the domain in small letters.

    Two addresses are one person's where their `key` is the same, whatever their case.
    """

    text: str

    @classmethod
    def parse(cls, text: str, *, field: str = "email") -> Self:
        """Read an address, spaces around it aside. Raises `InvalidValue` naming `field`."""
        match = _ADDRESS.fullmatch(text.strip())
        if match is None or len(match[0]) > MAX_LENGTH or len(match[1]) > MAX_LOCAL_PART:
            raise InvalidValue(field, "Enter a valid email address.")
        return cls(f"{match[1]}@{match[2].lower()}")

    @classmethod
    def is_shape_of(cls, text: str) -> bool:
        """Whether `text` could be somebody's address."""
        return _ADDRESS.fullmatch(text.strip()) is not None

    @property
    def key(self) -> str:
        return self.text.casefold()

    @property
    def local_part(self) -> str:
        return self.text.partition("@")[0]

    @property
    def domain(self) -> str:
        return self.text.partition("@")[2]

    def __str__(self) -> str:
        return self.text
