"""Known network repository."""

from datetime import datetime

from sqlalchemy import Connection, delete

from novacart.adapters.persistence.accounts.tables import known_networks
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.domain.shared.ids import UserId


class SqlKnownNetworks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user_id: UserId, network: str, *, at: datetime) -> None:
        insert = conflict_insert(self._connection.dialect.name, known_networks)
        row = insert.values(user_id=user_id, network=network, used_at=at)
        self._connection.execute(
            row.on_conflict_do_update(
                index_elements=["user_id", "network"], set_={"used_at": row.excluded.used_at}
            )
        )

    def forget(self, user_id: UserId) -> None:
        self._connection.execute(delete(known_networks).where(known_networks.c.user_id == user_id))

    def delete_unused(self, *, before: datetime) -> int:
        return self._connection.execute(
            delete(known_networks).where(known_networks.c.used_at < before)
        ).rowcount
