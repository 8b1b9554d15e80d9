"""Base classes of domain errors."""

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """A broken business rule, with a message that can be shown to customers.

    `code` is stable and snake_case; clients identify errors by it. `details` has the facts
    that a client needs beside the message, as JSON values.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, message: str, *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = dict(details or {})


class InvalidValue(DomainError):
    """A value that is invalid in itself.

    `field` is the name of the invalid field, so that a form can show the message there.
    """

    code = "invalid_value"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, details={"field": field})
        self.field = field


class ConcurrentChange(DomainError):
    """The record was changed by another transaction after it was read."""

    code = "concurrent_change"

    def __init__(self, message: str = "It was changed by someone else in the meantime.") -> None:
        super().__init__(message)
