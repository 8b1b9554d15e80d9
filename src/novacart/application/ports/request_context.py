"""The actor and the request that the current work is done for."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """`actor` is `user:<id>`, `guest:<id>`, `staff:<id>`, `anonymous`, `stripe`, `system` or `cli`.

    The other fields are those of the HTTP request; None outside a request. `address` is the
    client's.
    """

    actor: str
    request_id: str | None = None
    address: str | None = None
    user_agent: str | None = None


class RequestContexts(Protocol):
    def current(self) -> RequestContext:
        """Return the bound context; actor `system` if none is bound."""
        ...

    def bind(self, context: RequestContext) -> AbstractContextManager[None]:
        """Make `context` the current one inside the `with` block."""
        ...
