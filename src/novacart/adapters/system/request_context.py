"""Who the present thread of work is for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from novacart.application.ports.request_context import RequestContext

_SYSTEM = RequestContext(actor="system")
_current: ContextVar[RequestContext] = ContextVar("novacart_origin", default=_SYSTEM)


class ContextVarRequestContext:
    """The origin set by the nearest `acting_as` around the caller; `system` where there is none."""

    def __call__(self) -> RequestContext:
        return _current.get()

    @contextmanager
    def acting_as(self, origin: RequestContext) -> Iterator[None]:
        token = _current.set(origin)
        try:
            yield
        finally:
            _current.reset(token)

    def set(self, origin: RequestContext) -> None:
        """For a request, whose context ends with it."""
        _current.set(origin)
