"""Table of the last write of each user.

`position` is the position in the write-ahead log (LSN) that a replica must have replayed to show
the write. The table is unlogged: a crash of the server empties it, and replicas do not have it.
"""

from sqlalchemy import BigInteger, Column, Table

from novacart.adapters.persistence.metadata import metadata

last_writes = Table(
    "last_writes",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    prefixes=["UNLOGGED"],
    info={"dialect": "postgresql"},
)
