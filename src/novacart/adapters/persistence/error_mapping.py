"""Map database errors to the errors of the ports and the domain."""

import re
import sqlite3
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.catalog.errors import StockAlreadyMoved
from novacart.domain.ordering.errors import OrderNumberTaken
from novacart.domain.shared.errors import ConcurrentChange, DomainError

# PostgreSQL, appendix A, "PostgreSQL Error Codes": classes 08 (connection), 53 (resources)
# and 57 (operator intervention); lock timeout, idle timeout, read-only server.
_UNAVAILABLE_CLASSES = ("08", "53", "57")
_UNAVAILABLE = {"55P03", "25P03", "25006"}
_ABORTED = {"40P01", "40001"}
_NOT_SUPPORTED = "0A000"
_NO_ANSWER = "The database did not answer in time."
# The operator has to act on these: disk_full, too_many_connections, read_only_sql_transaction.
_MESSAGES = {
    "53100": "The disk of the database is full.",
    "53300": "The database has no connection left.",
    "25006": "The database is read-only.",
}
# Errors without a code, which psycopg and sqlite3 raise if there is no response.
_NO_RESPONSE = {"OperationalError", "ConnectionTimeout"}

# These rows may be inserted together with later statements, or while the process goes on. Then
# their repositories can't map the errors of these constraints. The keys are their names on
# PostgreSQL, and SQLite's messages.
_VIOLATIONS: Final[dict[str, Callable[[], DomainError]]] = {
    "uq_orders_number": OrderNumberTaken,
    "UNIQUE constraint failed: orders.number": OrderNumberTaken,
    "uq_stock_movements_reference": StockAlreadyMoved,
    "UNIQUE constraint failed: stock_movements.reference": StockAlreadyMoved,
    "fk_products_category_id": ConcurrentChange,
    "pk_product_references": ConcurrentChange,
    "uq_products_slug": ConcurrentChange,
    "uq_variants_sku": ConcurrentChange,
}

# psycopg puts its own words before those of libpq.
_PREFIX = re.compile(r"connection (failed|is bad): ")

_SQLITE_NOT_OPENED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB}
_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    *_SQLITE_NOT_OPENED,
}
_SQLITE_MESSAGES = {
    sqlite3.SQLITE_READONLY: "The database is read-only.",
    sqlite3.SQLITE_IOERR: "The database can't be read or written.",
    sqlite3.SQLITE_FULL: "The disk of the database is full.",
    **dict.fromkeys(_SQLITE_NOT_OPENED, "The database can't be opened."),
}


def to_port_error(error: DBAPIError | PoolTimeout) -> Exception | None:
    """Return the port's error, or None for an error in our own code."""
    if isinstance(error, PoolTimeout):
        return StorageUnavailable("All database connections are in use.")
    driver_error = error.orig
    state = getattr(driver_error, "sqlstate", None)
    if state in _ABORTED or is_plan_outdated(driver_error):
        return ConcurrentChange()
    if state is not None:
        unavailable = state in _UNAVAILABLE or state.startswith(_UNAVAILABLE_CLASSES)
        return StorageUnavailable(_MESSAGES.get(state, _NO_ANSWER)) if unavailable else None
    code = sqlite_code(driver_error)
    if code is not None:
        message = _SQLITE_MESSAGES.get(code, _NO_ANSWER)
        reason = str(driver_error) if code in _SQLITE_NOT_OPENED else ""
        unavailable = code in _SQLITE_UNAVAILABLE
        return StorageUnavailable(message, reason=reason) if unavailable else None
    if error.connection_invalidated or type(driver_error).__name__ in _NO_RESPONSE:
        return StorageUnavailable(
            "The database can't be reached.", reason=connection_failure(driver_error)
        )
    return None


def connection_failure(driver_error: BaseException | None) -> str:
    """Return the first line of the message of PostgreSQL's client, without a password."""
    first = (str(driver_error).splitlines() or [""])[0]
    # "FATAL:" is followed by two spaces.
    return " ".join(_PREFIX.sub("", first).split()).rstrip(".")


def to_domain_error(error: DBAPIError | PoolTimeout) -> DomainError | None:
    """Return the error of a constraint that no repository maps, or None for any other error."""
    if not isinstance(error, IntegrityError):
        return None
    violation = _VIOLATIONS.get(violated_constraint(error))
    return None if violation is None else violation()


def is_plan_outdated(error: BaseException | None) -> bool:
    """Whether a migration has changed the columns that a prepared statement returns.

    The code is that of any feature that is not supported, so the name of the function in
    PostgreSQL's source decides, as in pgjdbc.
    """
    if getattr(error, "sqlstate", None) != _NOT_SUPPORTED:
        return False
    diagnostics = getattr(error, "diag", None)
    return getattr(diagnostics, "source_function", None) == "RevalidateCachedQuery"


def is_busy(error: DBAPIError | PoolTimeout) -> bool:
    """Whether another connection of SQLite writes, or has written since the transaction began."""
    if isinstance(error, PoolTimeout):
        return False
    return sqlite_code(error.orig) == sqlite3.SQLITE_BUSY


def sqlite_code(error: BaseException | None) -> int | None:
    """Return the primary result code of an error of SQLite; None for any other error."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    # It is the low byte of an extended result code (SQLite, "Result and Error Codes").
    return None if code is None else code & 0xFF


def violated_constraint(error: DBAPIError) -> str:
    """Return the constraint's name on PostgreSQL, SQLite's message with its name or columns."""
    diagnostics = getattr(error.orig, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    return name or str(error.orig)
