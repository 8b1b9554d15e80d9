"""The commands `create-admin`, `unlock` and `reset-mfa`."""

import os

import click

from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.accounts.set_up_mfa import ResetMfa, ResetMfaCommand
from novacart.application.accounts.unlock_account import UnlockAccount, UnlockAccountCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.domain.accounts.role import Role
from novacart.entrypoints.commands.cli_context import cli_injector


@click.command("create-admin")
@click.argument("username")
@click.argument("email")
def create_admin(username: str, email: str) -> None:
    """Create an account with the owner role.

    Reads the password from NOVACART_ADMIN_PASSWORD, or prompts for it.
    """
    password = os.environ.get("NOVACART_ADMIN_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    with cli_injector() as injector:
        admin = injector.get(RegisterUser)(
            RegisterUserCommand(
                username=username,
                email=email,
                password=password,
                role=Role.OWNER,
                email_verified=True,
                actor=SYSTEM,
            )
        )
    click.echo(f"Created the account {admin.username}. Sign in at /admin/.")


@click.command("unlock")
@click.argument("name")
def unlock(name: str) -> None:
    """Lift the delays after failed sign-ins of an account.

    NAME is the username or the email address.
    """
    with cli_injector() as injector:
        user = injector.get(UnlockAccount)(UnlockAccountCommand(login=name, actor=SYSTEM))
    click.echo(f"{user.username} can sign in again.")


@click.command("reset-mfa")
@click.argument("name")
def reset_mfa(name: str) -> None:
    """Remove the second factor of an account.

    Use it if the second factor is lost. NAME is the username or the email address. Ends the
    sessions of the account.
    """
    with cli_injector() as injector:
        user = injector.get(ResetMfa)(ResetMfaCommand(login=name, actor=SYSTEM))
    click.echo(f"{user.username} has no second factor any more.")
