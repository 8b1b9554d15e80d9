"""What the two databases' errors mean to the shop."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import ConcurrentChange

# PostgreSQL, appendix A, "PostgreSQL Error Codes": classes 08 (connection), 53 (resources)
# and 57 (operator intervention), and a lock or a statement that took too long.
_OUT_OF_REACH_CLASSES = ("08", "53", "57")
_OUT_OF_REACH = {"55P03", "25P03", "25006"}
_BROKEN_DEADLOCK = {"40P01", "40001"}

# SQLite, "Result and Error Codes": BUSY, LOCKED, IOERR, FULL, CANTOPEN, READONLY.
_SQLITE_OUT_OF_REACH = {5, 6, 8, 10, 13, 14}


def translated(error: DBAPIError | PoolTimeout) -> Exception | None:
    """The port's own error for `error`, or None where it is our mistake and must be seen."""
    if isinstance(error, PoolTimeout):
        return StorageUnavailable("All connections to the database are taken.")
    cause = error.orig
    state = getattr(cause, "sqlstate", None)
    if state in _BROKEN_DEADLOCK:
        return ConcurrentChange()
    if state is not None:
        known = state in _OUT_OF_REACH or state.startswith(_OUT_OF_REACH_CLASSES)
        return StorageUnavailable("The database did not answer in time.") if known else None
    number = getattr(cause, "sqlite_errorcode", None)
    if number is not None:
        # The low byte is the primary code; the rest says which kind of it.
        known = number & 0xFF in _SQLITE_OUT_OF_REACH
        return StorageUnavailable("The database did not answer in time.") if known else None
    if error.connection_invalidated or type(cause).__name__ == "OperationalError":
        return StorageUnavailable("The database can't be reached.")
    return None


def violated_constraint(error: DBAPIError) -> str:
    """What an IntegrityError names: PostgreSQL the constraint, SQLite its columns or its name."""
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return name or str(error.orig)
