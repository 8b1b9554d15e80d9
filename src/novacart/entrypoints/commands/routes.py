"""What the shop answers, and to whom."""

import click

from novacart.entrypoints.access import route_access
from novacart.entrypoints.http import create_app


@click.command()
def routes() -> None:
    """List every route: method, address, and who may use it."""
    for method, address, access, permission in route_access(create_app()):
        click.echo(f"{method:7} {address:60} {access} {permission}".rstrip())
