"""Request contexts in a `ContextVar`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from novacart.application.ports.request_context import RequestContext

_SYSTEM = RequestContext(actor="system")
_current: ContextVar[RequestContext] = ContextVar("novacart_request_context", default=_SYSTEM)


class ContextVarRequestContexts:
    """Each thread and each asyncio task has its own current context."""

    def current(self) -> RequestContext:
        return _current.get()

    @contextmanager
    def bind(self, context: RequestContext) -> Iterator[None]:
        token = _current.set(context)
        try:
            yield
        finally:
            _current.reset(token)

    def replace(self, context: RequestContext) -> None:
        """Set the context until the next `replace`; the start of each HTTP request calls it."""
        _current.set(context)
