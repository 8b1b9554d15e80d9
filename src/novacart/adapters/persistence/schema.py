"""Metadata with all tables."""

from importlib import import_module
from pkgutil import walk_packages

from sqlalchemy import Index, MetaData, Table

from novacart.adapters import persistence
from novacart.adapters.persistence.metadata import metadata

_TABLE_MODULES = frozenset({"tables", "ddl"})


def complete_metadata() -> MetaData:
    """Import every module with tables or DDL, and return the metadata."""
    for module in walk_packages(persistence.__path__, f"{persistence.__name__}."):
        if module.name.rpartition(".")[2] in _TABLE_MODULES:
            import_module(module.name)
    import_module("novacart.adapters.persistence.id_generator")
    return metadata


def has_table(dialect: str, table: Table) -> bool:
    """Whether databases of this dialect have the table."""
    return bool(table.info.get("dialect", dialect) == dialect)


def has_index(dialect: str, index: Index) -> bool:
    """Whether databases of this dialect have the index, by its `ddl_if`."""
    condition = index._ddl_if  # noqa: SLF001 (SQLAlchemy has no public attribute for it)
    return condition is None or condition.dialect == dialect
