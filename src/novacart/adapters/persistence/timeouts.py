"""Timeouts of the database, in seconds."""

from typing import Final

LOCK_TIMEOUT: Final = 10
STATEMENT_TIMEOUT: Final = 15
# Statements of requests queue behind a migration that waits for a lock.
MIGRATION_LOCK_TIMEOUT: Final = 3
# For customers' reads. Most of them run in the event loop of a web process: while one waits for the
# database, the others there wait, too.
READ_TIMEOUT: Final = 3
# How long a server or network may send no acknowledgement. The server can't end a statement then.
NETWORK_TIMEOUT: Final = 10
# For reports over the whole database.
REPORT_TIMEOUT: Final = 600
# Connections are replaced, since firewalls drop old ones silently.
MAX_CONNECTION_AGE: Final = 1800
