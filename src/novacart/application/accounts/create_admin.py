"""Give the shop an owner."""

from dataclasses import dataclass

from novacart.application.accounts.queries import Profile
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.domain.accounts.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAdminCommand:
    username: str
    email: str
    password: str


class CreateAdmin:
    """Open an account that may do everything. Raises what `RegisterUserCommand` raises."""

    def __init__(self, *, register: RegisterUser) -> None:
        self._register = register

    def __call__(self, command: CreateAdminCommand) -> Profile:
        return self._register(
            RegisterUserCommand(
                username=command.username,
                email=command.email,
                password=command.password,
                role=Role.OWNER,
            )
        )
