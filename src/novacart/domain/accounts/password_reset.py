"""A request for a new password, and the link that answers it."""

from datetime import datetime, timedelta
from typing import Self

from novacart.domain.accounts.errors import ResetTokenNotAccepted
from novacart.domain.accounts.events import PasswordResetRequested
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId


class PasswordReset(AggregateRoot):
    """Asked for under an e-mail address, whosoever that is; issued to its owner; used once.

    Of the token only a hash is kept. `password_generation` is the owner's when the link was
    issued: a password changed meanwhile makes the link worthless.
    """

    __slots__ = (
        "email_key",
        "expires_at",
        "id",
        "password_generation",
        "requested_at",
        "token_hash",
        "used_at",
        "user_id",
    )

    def __init__(
        self,
        *,
        id: int,
        email_key: str,
        requested_at: datetime,
        user_id: UserId | None = None,
        token_hash: str | None = None,
        password_generation: int | None = None,
        expires_at: datetime | None = None,
        used_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.email_key = email_key
        self.requested_at = requested_at
        self.user_id = user_id
        self.token_hash = token_hash
        self.password_generation = password_generation
        self.expires_at = expires_at
        self.used_at = used_at

    @classmethod
    def request(cls, *, id: int, email_key: str, at: datetime) -> Self:
        """The same for every address: who has an account is found out later, unseen."""
        reset = cls(id=id, email_key=email_key, requested_at=at)
        reset._record(PasswordResetRequested(reset_id=id, occurred_at=at))
        return reset

    def issue(
        self,
        *,
        user_id: UserId,
        token_hash: str,
        password_generation: int,
        at: datetime,
        lifetime: timedelta,
    ) -> None:
        """Make it good for `lifetime` from now. Raises `ResetTokenNotAccepted` once used."""
        if self.used_at is not None:
            raise ResetTokenNotAccepted
        self.user_id = user_id
        self.token_hash = token_hash
        self.password_generation = password_generation
        self.expires_at = at + lifetime

    def use(self, *, password_generation: int, at: datetime) -> None:
        """Spend it. Raises `ResetTokenNotAccepted` where it was used, is too old, or overtaken."""
        if (
            self.used_at is not None
            or self.expires_at is None
            or self.expires_at <= at
            or self.password_generation != password_generation
        ):
            raise ResetTokenNotAccepted
        self.used_at = at
