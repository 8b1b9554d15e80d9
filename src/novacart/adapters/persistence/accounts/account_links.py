"""Repository of links that are mailed to users."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from novacart.adapters.persistence.accounts.mapper import link_row, to_link
from novacart.adapters.persistence.accounts.tables import account_links as links
from novacart.adapters.persistence.locking import lock_user
from novacart.domain.accounts.account_link import AccountLink, LinkPurpose
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId


class SqlAccountLinks:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved

    def get(self, link_id: int) -> AccountLink | None:
        row = self._connection.execute(select(links).where(links.c.id == link_id)).one_or_none()
        return None if row is None else to_link(row)

    def get_by_token_hash(self, token_hash: str, purpose: LinkPurpose) -> AccountLink | None:
        condition = (links.c.token_hash == token_hash) & (links.c.purpose == purpose.value)
        owner = self._connection.scalar(select(links.c.user_id).where(condition))
        if owner is None:
            return None
        lock_user(self._connection, UserId(owner))
        row = self._connection.execute(
            select(links).where(condition).with_for_update(key_share=True)
        ).one_or_none()
        return None if row is None else to_link(row)

    def count_created(self, user_id: UserId, purpose: LinkPurpose, *, since: datetime) -> int:
        return self._connection.execute(
            select(func.count())
            .select_from(links)
            .where(
                links.c.user_id == user_id,
                links.c.purpose == purpose.value,
                links.c.created_at >= since,
            )
        ).scalar_one()

    def add(self, link: AccountLink) -> None:
        self._connection.execute(
            insert(links).values(link_row(link) | {"version": link.version + 1})
        )
        link.version += 1
        self._saved(link)

    def save(self, link: AccountLink) -> None:
        changed = self._connection.execute(
            update(links)
            .where(links.c.id == link.id, links.c.version == link.version)
            .values(link_row(link) | {"version": link.version + 1})
        ).rowcount
        if changed != 1:
            raise ConcurrentChange
        link.version += 1
        self._saved(link)

    def delete_expired(self, *, before: datetime) -> int:
        return self._connection.execute(delete(links).where(links.c.expires_at < before)).rowcount
