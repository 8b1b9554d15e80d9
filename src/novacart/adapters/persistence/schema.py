"""All tables of the shop, in one metadata."""

from importlib import import_module
from pkgutil import walk_packages

from sqlalchemy import MetaData, Table

from novacart.adapters import persistence
from novacart.adapters.persistence.metadata import metadata

_WITH_TABLES = frozenset({"tables", "ddl"})


def complete_metadata() -> MetaData:
    """The metadata with every feature's tables and special DDL registered."""
    for module in walk_packages(persistence.__path__, f"{persistence.__name__}."):
        if module.name.rpartition(".")[2] in _WITH_TABLES:
            import_module(module.name)
    # Outside features' packages, since every feature's rows need one.
    import_module("novacart.adapters.persistence.id_generator")
    return metadata


def belongs(table: Table, dialect: str) -> bool:
    """Whether a database of this kind has the table at all."""
    return bool(table.info.get("dialect", dialect) == dialect)
