"""Password resets by a link sent by email."""

from datetime import datetime, timedelta
from typing import Final, Self

from novacart.domain.accounts.errors import InvalidResetToken
from novacart.domain.accounts.events import PasswordResetRequested
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

RESET_LIFETIME: Final = timedelta(hours=1)


class PasswordReset(AggregateRoot):
    """A request for a reset link: requested for an email address, issued to its user, used once.

    Only a hash of the token is stored. `password_generation` is the user's at the time of issue:
    changing the password invalidates the link.
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
        """Request a link for an email address, whether or not a user has it."""
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
    ) -> None:
        """Make the token valid for `RESET_LIFETIME`. Raises `InvalidResetToken` if used."""
        if self.used_at is not None:
            raise InvalidResetToken
        self.user_id = user_id
        self.token_hash = token_hash
        self.password_generation = password_generation
        self.expires_at = at + RESET_LIFETIME

    def use(self, *, password_generation: int, at: datetime) -> None:
        """Mark the token used.

        Raises `InvalidResetToken` if it was used or never issued, if it expired, or if the
        password has changed since.
        """
        if (
            self.used_at is not None
            or self.expires_at is None
            or self.expires_at <= at
            or self.password_generation != password_generation
        ):
            raise InvalidResetToken
        self.used_at = at
