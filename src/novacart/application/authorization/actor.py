"""The user on whose behalf a use case runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from novacart.application.authorization.permissions import allows
from novacart.domain.accounts.role import Role
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId


class PermissionDenied(DomainError):
    """The actor's role does not have the permission."""

    code = "permission_denied"

    def __init__(self, message: str = "You do not have permission to do this.") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in user and their current role; `user_id` is None for the system itself.

    `authenticated_at` is when the user last entered a password or code.
    """

    user_id: UserId | None
    role: Role
    authenticated_at: datetime | None = None

    def may(self, permission: str) -> bool:
        """Whether the role has the permission, with or without a limit."""
        return allows(self.role, permission)

    def require(self, permission: str) -> None:
        """Raise `PermissionDenied` unless the role has the permission."""
        if not self.may(permission):
            raise PermissionDenied


# The command line and the demo data, which only the operator of the server can run.
SYSTEM: Final = Actor(user_id=None, role=Role.OWNER)
