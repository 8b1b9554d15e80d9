"""Give the shop an owner."""

from dataclasses import dataclass

from novacart.application.accounts.queries import Profile
from novacart.application.accounts.register import Register, RegisterUser
from novacart.domain.accounts.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdmin:
    username: str
    email: str
    password: str


class CreateAdmin:
    """Open an account that may do everything. Raises what `Register` raises."""

    def __init__(self, *, register: Register) -> None:
        self._register = register

    def __call__(self, command: NewAdmin) -> Profile:
        return self._register(
            RegisterUser(
                username=command.username,
                email=command.email,
                password=command.password,
                role=Role.OWNER,
            )
        )
