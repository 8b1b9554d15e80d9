"""The injector for commands that change data."""

from collections.abc import Iterator
from contextlib import contextmanager

from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.request_context import RequestContext
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import Settings, load_settings


@contextmanager
def cli_injector(settings: Settings | None = None) -> Iterator[Injector]:
    """Build the injector. Changes made in the block are recorded under the actor `cli`."""
    injector = build_container(settings or load_settings())
    try:
        with injector.get(ContextVarRequestContexts).bind(RequestContext(actor="cli")):
            yield injector
    finally:
        injector.get(Database).dispose()
