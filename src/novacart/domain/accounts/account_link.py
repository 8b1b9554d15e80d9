"""Links that are mailed to a user and work once."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from novacart.domain.accounts.errors import InvalidLink
from novacart.domain.accounts.events import EmailVerificationRequested, StaffInvited
from novacart.domain.accounts.user import User
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

INVITATION_LIFETIME: Final = timedelta(days=7)
VERIFICATION_LIFETIME: Final = timedelta(days=3)


class LinkPurpose(StrEnum):
    """A staff member chooses the first password, or a user verifies an email address."""

    INVITATION = "invitation"
    EMAIL_VERIFICATION = "email_verification"


class AccountLink(AggregateRoot):
    """A link to one user for one purpose. Only a hash of its token is stored.

    `email_key` and `password_generation` are the user's when the link was created: an invitation
    is invalid once the user has a password, and a verification link is for that address only.
    """

    __slots__ = (
        "created_at",
        "email_key",
        "expires_at",
        "id",
        "password_generation",
        "purpose",
        "token_hash",
        "used_at",
        "user_id",
    )

    def __init__(
        self,
        *,
        id: int,
        user_id: UserId,
        purpose: LinkPurpose,
        token_hash: str,
        email_key: str,
        password_generation: int,
        created_at: datetime,
        expires_at: datetime,
        used_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.user_id = user_id
        self.purpose = purpose
        self.token_hash = token_hash
        self.email_key = email_key
        self.password_generation = password_generation
        self.created_at = created_at
        self.expires_at = expires_at
        self.used_at = used_at

    @classmethod
    def invite(cls, user: User, *, id: int, token_hash: str, page_url: str, at: datetime) -> Self:
        """Invite a staff member to choose a password at `page_url`. Valid for 7 days."""
        link = cls(
            id=id,
            user_id=user.id,
            purpose=LinkPurpose.INVITATION,
            token_hash=token_hash,
            email_key=user.email.key,
            password_generation=user.password_generation,
            created_at=at,
            expires_at=at + INVITATION_LIFETIME,
        )
        link._record(
            StaffInvited(
                user_id=user.id,
                link_id=id,
                role=user.role.value,
                page_url=page_url,
                occurred_at=at,
            )
        )
        return link

    @classmethod
    def request_verification(cls, user: User, *, id: int, token_hash: str, at: datetime) -> Self:
        """Ask a user to verify their email address. Valid for 3 days."""
        link = cls(
            id=id,
            user_id=user.id,
            purpose=LinkPurpose.EMAIL_VERIFICATION,
            token_hash=token_hash,
            email_key=user.email.key,
            password_generation=user.password_generation,
            created_at=at,
            expires_at=at + VERIFICATION_LIFETIME,
        )
        link._record(EmailVerificationRequested(user_id=user.id, link_id=id, occurred_at=at))
        return link

    def is_valid(self, user: User, *, at: datetime) -> bool:
        """Whether the user can use the link."""
        return (
            self.used_at is None
            and self.expires_at > at
            and user.id == self.user_id
            and user.is_active
            and user.email.key == self.email_key
            and (
                self.purpose is LinkPurpose.EMAIL_VERIFICATION
                or user.password_generation == self.password_generation
            )
        )

    def use(self, user: User, *, at: datetime) -> None:
        """Use up the link. Raises `InvalidLink`."""
        if not self.is_valid(user, at=at):
            raise InvalidLink
        self.used_at = at
