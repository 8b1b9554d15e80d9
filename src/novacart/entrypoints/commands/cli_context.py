"""Settings and injector for commands that work on the data."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.request_context import RequestContext
from novacart.entrypoints.container import build_container
from novacart.entrypoints.private_files import protect_files
from novacart.entrypoints.readiness import ensure_ready
from novacart.entrypoints.settings import Settings, is_development_shop, load_settings


def command_settings() -> Settings:
    """Load the settings of a command that signs nothing and so needs no secret key.

    Beside a shop of `make run`, which runs with DEBUG=True, the command works on its database.
    """
    development = is_development_shop()
    settings = load_settings(debug_by_default=development, needs_secret=False)
    if development:
        click.echo(f"Development shop: {settings.database_url}", err=True)
    protect_files(settings.var, settings.database_url)
    return settings


@contextmanager
def cli_injector(settings: Settings | None = None) -> Iterator[Injector]:
    """Build the injector. Changes made in the block are recorded under the actor `cli`.

    Raises `InvalidSetting` if the database is unreachable or its schema is not up to date.
    """
    injector = build_container(settings or command_settings())
    try:
        ensure_ready(injector)
        with injector.get(ContextVarRequestContexts).bind(RequestContext(actor="cli")):
            yield injector
    finally:
        injector.get(Database).dispose()
