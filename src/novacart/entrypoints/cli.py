"""The `novacart` command line."""

import sys
from importlib import import_module
from typing import Final

import click

from novacart.application.ports.errors import PortError, StorageUnavailable
from novacart.domain.shared.errors import DomainError
from novacart.entrypoints.logs import configure_logs
from novacart.entrypoints.process_memory import loading_code
from novacart.entrypoints.settings import InvalidSetting, unusable_database

# The module of each command. It imports what its commands use, such as the web server, so it is
# imported for its commands and for help only (click's documentation, "Lazily Loading Subcommands").
COMMANDS: Final = {
    "archive-wal": "backup",
    "audit": "audit",
    "backup": "backup",
    "check": "check",
    "create-admin": "accounts",
    "dev": "develop",
    "export-products": "catalog",
    "import-products": "catalog",
    "imports": "catalog",
    "init-secrets": "secrets",
    "migrate": "database",
    "outbox": "outbox",
    "reconcile": "payments",
    "recount-brands": "database",
    "release-stock": "database",
    "reset-mfa": "accounts",
    "restore": "backup",
    "resume-import": "catalog",
    "routes": "routes",
    "seed-demo": "catalog",
    "serve": "serve",
    "undo-import": "catalog",
    "unlock": "accounts",
    "worker": "worker",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        with loading_code():
            module = import_module(f"novacart.entrypoints.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@click.version_option(package_name="novacart")
def novacart() -> None:
    """NovaCart, a web shop.

    Settings are read from the environment or a `.env` file; see `.env.example`.
    """


def main() -> None:
    """Run the command line. Expected errors are printed one a line, with exit code 1.

    Log lines go to standard error, so that standard output has the command's results only.
    """
    configure_logs(debug=True)
    try:
        novacart()
    except (InvalidSetting, PortError, DomainError) as error:
        shown: Exception = error
        if isinstance(error, StorageUnavailable) and error.reason:
            shown = unusable_database(error.explanation)
        for line in str(shown).splitlines():
            click.echo(f"Error: {line}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
