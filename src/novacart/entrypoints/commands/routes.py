"""The command `novacart routes`."""

import click

from novacart.entrypoints.access import route_access
from novacart.entrypoints.http import create_app


@click.command()
def routes() -> None:
    """List all routes and the access they require."""
    for method, url, access, permission in route_access(create_app()):
        click.echo(f"{method:7} {url:60} {access} {permission}".rstrip())
