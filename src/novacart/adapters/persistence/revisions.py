"""Schema revisions of the code and of a database, read without Alembic, which takes 8 MB."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

# A wheel contains the project's migrations next to this module.
_PACKAGED: Final = Path(__file__).parent / "migrations"
SCRIPTS: Final = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[4] / "migrations"
_ASSIGNMENT: Final = re.compile(r'^(revision|down_revision)\b[^=\n]*= "(\w+)"$', re.MULTILINE)


def heads() -> tuple[str, ...]:
    """Return the newest revisions of the code: one, unless branches were not merged."""
    return tuple(sorted(known() - {script.get("down_revision") for script in _scripts()}))


def current(connection: Connection) -> tuple[str, ...]:
    """Return the revisions of the database; none before the first migration."""
    if not inspect(connection).has_table("alembic_version"):
        return ()
    return tuple(connection.scalars(text("SELECT version_num FROM alembic_version")))


def known() -> frozenset[str]:
    """Return all revisions of the code."""
    return frozenset(script["revision"] for script in _scripts())


def is_later(revisions: Collection[str], known: frozenset[str]) -> bool:
    """Whether a later release, which alone has these revisions, has migrated the database."""
    return bool(revisions) and known.isdisjoint(revisions)


def _scripts() -> list[dict[str, str]]:
    return [
        dict(_ASSIGNMENT.findall(script.read_text(encoding="utf-8")))
        for script in (SCRIPTS / "versions").glob("*.py")
    ]
