"""The root of every refusal that the shop can give."""

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """A rule of the shop that was broken, said in words that a customer may read.

    `code` is stable snake_case: clients and the error table of an adapter tell errors
    apart by it. `details` names what a client needs beyond the sentence (plain JSON values).
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, message: str, *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = dict(details or {})


class InvalidValue(DomainError):
    """A value that can never be right, whatever the state of the shop.

    `field` is the name of the offending field, so that a form can show the sentence there.
    """

    code = "invalid_value"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, details={"field": field})
        self.field = field


class ConcurrentChange(DomainError):
    """Somebody else changed the same thing between our read and our write."""

    code = "concurrent_change"

    def __init__(self, message: str = "It was changed by somebody else meanwhile.") -> None:
        super().__init__(message)
