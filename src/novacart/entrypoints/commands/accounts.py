"""The people who run the shop."""

import os

import click

from novacart.application.accounts.create_admin import CreateAdmin, CreateAdminCommand
from novacart.entrypoints.commands.cli_context import shop


@click.command("create-admin")
@click.argument("username")
@click.argument("email")
def create_admin(username: str, email: str) -> None:
    """Open an account that may do everything.

    The password is asked for, or taken from NOVACART_ADMIN_PASSWORD.
    """
    password = os.environ.get("NOVACART_ADMIN_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    with shop() as injector:
        admin = injector.get(CreateAdmin)(
            CreateAdminCommand(username=username, email=email, password=password)
        )
    click.echo(f"{admin.username} may sign in to the admin now.")
