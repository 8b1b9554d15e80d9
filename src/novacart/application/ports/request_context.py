"""Who is behind a change."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """`actor` is `user:<id>`, `staff:<id>`, `stripe`, `system` or `cli`.

    `request_id` is the HTTP request's, where there was one.
    """

    actor: str
    request_id: str | None = None


class CurrentRequestContext(Protocol):
    def __call__(self) -> RequestContext:
        """Who the present work is done for."""
        ...


class BindRequestContext(Protocol):
    def __call__(self, origin: RequestContext) -> AbstractContextManager[None]:
        """Do what is inside the block on behalf of `origin`."""
        ...
