"""The `novacart` command line."""

import sys
from typing import Final

import click

from novacart.adapters.persistence.backup import BackupFailed
from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.errors import DomainError
from novacart.entrypoints.commands import (
    accounts,
    audit,
    backup,
    catalog,
    check,
    database,
    develop,
    outbox,
    payments,
    routes,
    secrets,
    serve,
)
from novacart.entrypoints.logs import configure_logs
from novacart.entrypoints.settings import InvalidSetting

_COMMANDS: Final[tuple[click.Command, ...]] = (
    develop.dev,
    serve.serve,
    serve.worker,
    database.migrate,
    database.recount_brands,
    check.check,
    secrets.init_secrets,
    catalog.seed_demo,
    accounts.create_admin,
    accounts.unlock,
    accounts.reset_mfa,
    catalog.import_products,
    catalog.export_products,
    outbox.outbox,
    audit.audit,
    backup.backup,
    backup.restore,
    payments.reconcile,
    routes.routes,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="novacart")
def novacart() -> None:
    """NovaCart, an e-commerce back end.

    Settings are read from the environment or a `.env` file; see `.env.example`.
    """


for _command in _COMMANDS:
    novacart.add_command(_command)


def main() -> None:
    """Run the command line. Expected errors are printed one a line, with exit code 1.

    Log lines go to standard error, so that standard output has the command's results only.
    """
    configure_logs(debug=True)
    try:
        novacart()
    except (InvalidSetting, Unavailable, DomainError, BackupFailed) as error:
        for line in str(error).splitlines():
            click.echo(f"Error: {line}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
