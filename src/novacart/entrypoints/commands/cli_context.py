"""What every command that changes the shop needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.request_context import RequestContext
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import Settings, load_settings


@contextmanager
def shop(settings: Settings | None = None) -> Iterator[Injector]:
    """The shop's parts; what is changed with them is recorded as done from the command line."""
    injector = build_container(settings or load_settings())
    try:
        with injector.get(ContextVarRequestContexts).bind(RequestContext(actor="cli")):
            yield injector
    finally:
        injector.get(Database).dispose()
