"""PostgreSQL with a streaming replica for tests."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg

from tests.support.databases import create_schema
from tests.support.postgres import REPLICATED, PostgresServer

_DATABASE = "shop"


@dataclass(frozen=True)
class ReplicatedServers:
    """A primary and its replica, with the schema."""

    primary: PostgresServer
    replica: PostgresServer

    @property
    def url(self) -> str:
        return self.primary.url(_DATABASE)

    @property
    def replica_url(self) -> str:
        return self.replica.url(_DATABASE)

    def pause(self) -> None:
        """Let the replica receive changes and not apply them."""
        execute(self.replica, "SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        execute(self.replica, "SELECT pg_wal_replay_resume()")


@contextmanager
def replicated_servers(
    folder: Path, *, replica_settings: Mapping[str, str] | None = None
) -> Iterator[ReplicatedServers]:
    """Start both servers. Their user must be able to read `folder`, unlike those of pytest."""
    primary = PostgresServer(folder / "primary", settings=REPLICATED)
    primary.start()
    try:
        execute(primary, "CREATE DATABASE shop")
        create_schema(primary.url(_DATABASE))
        replica = primary.replica(folder / "replica", settings=replica_settings)
        replica.start()
        try:
            yield ReplicatedServers(primary, replica)
        finally:
            replica.crash()
    finally:
        primary.crash()


def execute(server: PostgresServer, statement: LiteralString) -> None:
    with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)
