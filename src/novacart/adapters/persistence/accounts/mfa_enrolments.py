"""Repository of second factors."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from novacart.adapters.persistence.accounts.tables import mfa_enrolments as enrolments
from novacart.adapters.persistence.accounts.tables import mfa_recovery_codes as codes
from novacart.adapters.persistence.locking import lock_user
from novacart.domain.accounts.mfa import MfaEnrolment
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

_FIELDS = (
    "user_id",
    "encrypted_secret",
    "created_at",
    "enabled_at",
    "last_step",
    "failures",
    "failed_at",
)


class SqlMfaEnrolments:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, frozenset[str]] = {}

    def get(self, user_id: UserId) -> MfaEnrolment | None:
        lock_user(self._connection, user_id)
        row = self._connection.execute(
            select(enrolments).where(enrolments.c.user_id == user_id)
        ).one_or_none()
        if row is None:
            return None
        hashes = frozenset(
            self._connection.scalars(select(codes.c.code_hash).where(codes.c.user_id == user_id))
        )
        self._stored[user_id] = hashes
        values = {name: getattr(row, name) for name in _FIELDS}
        return MfaEnrolment(**values, recovery_code_hashes=hashes, version=row.version)

    def add(self, enrolment: MfaEnrolment) -> None:
        self._connection.execute(insert(enrolments).values(_row(enrolment)))
        self._saved_with_codes(enrolment)

    def save(self, enrolment: MfaEnrolment) -> None:
        changed = self._connection.execute(
            update(enrolments)
            .where(
                enrolments.c.user_id == enrolment.user_id,
                enrolments.c.version == enrolment.version,
            )
            .values(_row(enrolment))
        ).rowcount
        if changed != 1:
            raise ConcurrentChange
        self._saved_with_codes(enrolment)

    def remove(self, enrolment: MfaEnrolment) -> None:
        self._connection.execute(
            delete(enrolments).where(enrolments.c.user_id == enrolment.user_id)
        )
        self._saved(enrolment)

    def _saved_with_codes(self, enrolment: MfaEnrolment) -> None:
        user_id, current = enrolment.user_id, enrolment.recovery_code_hashes
        stored = self._stored.get(user_id, frozenset())
        if removed := stored - current:
            self._connection.execute(
                delete(codes).where(codes.c.user_id == user_id, codes.c.code_hash.in_(removed))
            )
        if added := current - stored:
            self._connection.execute(
                insert(codes), [{"user_id": user_id, "code_hash": each} for each in sorted(added)]
            )
        self._stored[user_id] = current
        enrolment.version += 1
        self._saved(enrolment)


def _row(enrolment: MfaEnrolment) -> dict[str, Any]:
    values = {name: getattr(enrolment, name) for name in _FIELDS}
    return values | {"version": enrolment.version + 1}
