"""Who is behind a change."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`actor` is `user:<id>`, `staff:<id>`, `stripe`, `system` or `cli`.

    `request_id` is the HTTP request's, where there was one.
    """

    actor: str
    request_id: str | None = None


class CurrentOrigin(Protocol):
    def __call__(self) -> Origin:
        """Who the present work is done for."""
        ...


class ActAs(Protocol):
    def __call__(self, origin: Origin) -> AbstractContextManager[None]:
        """Do what is inside the block on behalf of `origin`."""
        ...
