"""The command `novacart routes`."""

import secrets
from dataclasses import replace

import click

from novacart.entrypoints.access import route_access
from novacart.entrypoints.commands.cli_context import command_settings
from novacart.entrypoints.http import create_app


@click.command()
def routes() -> None:
    """List all routes and the access they require."""
    settings = command_settings()
    if not settings.secret_key:
        # Nothing is signed with it.
        settings = replace(settings, secret_key=secrets.token_urlsafe(48))
    for method, url, access, permission in route_access(create_app(settings)):
        click.echo(f"{method:7} {url:60} {access} {permission}".rstrip())
