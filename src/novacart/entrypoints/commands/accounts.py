"""The command `novacart create-admin`."""

import os

import click

from novacart.application.accounts.create_admin import CreateAdmin, CreateAdminCommand
from novacart.entrypoints.commands.cli_context import cli_injector


@click.command("create-admin")
@click.argument("username")
@click.argument("email")
def create_admin(username: str, email: str) -> None:
    """Create a staff account with all permissions.

    The password is read from NOVACART_ADMIN_PASSWORD, or asked for.
    """
    password = os.environ.get("NOVACART_ADMIN_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    with cli_injector() as injector:
        admin = injector.get(CreateAdmin)(
            CreateAdminCommand(username=username, email=email, password=password)
        )
    click.echo(f"Created the account {admin.username}. Sign in at /admin/.")
