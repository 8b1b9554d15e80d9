"""Who the present thread of work is for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from novacart.application.ports.origin import Origin

_SYSTEM = Origin(actor="system")
_current: ContextVar[Origin] = ContextVar("novacart_origin", default=_SYSTEM)


class ContextOrigin:
    """The origin set by the nearest `acting_as` around the caller; `system` where there is none."""

    def __call__(self) -> Origin:
        return _current.get()

    @contextmanager
    def acting_as(self, origin: Origin) -> Iterator[None]:
        token = _current.set(origin)
        try:
            yield
        finally:
            _current.reset(token)

    def set(self, origin: Origin) -> None:
        """For a request, whose context ends with it."""
        _current.set(origin)
