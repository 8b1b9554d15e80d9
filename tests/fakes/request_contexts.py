"""Fake request contexts."""

from collections.abc import Iterator
from contextlib import contextmanager

from novacart.application.ports.request_context import RequestContext


class FakeRequestContexts:
    def __init__(self, actor: str) -> None:
        self._current = RequestContext(actor=actor)

    def current(self) -> RequestContext:
        return self._current

    @contextmanager
    def bind(self, context: RequestContext) -> Iterator[None]:
        previous, self._current = self._current, context
        try:
            yield
        finally:
            self._current = previous
