"""The command `novacart init-secrets`."""

import os
import secrets
from pathlib import Path

import click


@click.command("init-secrets")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def init_secrets(directory: Path) -> None:
    """Create the secrets of a new installation in DIRECTORY.

    They are random. `.env` has a SECRET_KEY; `pgpass` and `postgres_password` have the password of
    the database, for its clients and for its server. Files that exist are kept, so that a second
    run changes nothing.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _create_all(directory)
    except OSError as error:
        raise click.ClickException(f"{directory} can't be used: {error.strerror}.") from error


def _create_all(directory: Path) -> None:
    _create(directory / ".env", f"SECRET_KEY={secrets.token_urlsafe(48)}\n")
    password_file = directory / "postgres_password"
    # The server reads it as a user of its own; only its container has the directory.
    _create(password_file, secrets.token_urlsafe(32), mode=0o644)
    _create(directory / "pgpass", f"*:*:*:*:{password_file.read_text()}\n")


def _create(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a new file completely or not at all."""
    if path.exists():
        click.echo(f"{path} exists.")
        return
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(text)
    temporary.chmod(mode)
    temporary.replace(path)
    click.echo(f"Created {path}.")
