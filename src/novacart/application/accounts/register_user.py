"""Open an account."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import (
    EmailTaken,
    InvalidDetails,
    UsernameTaken,
    WeakPassword,
)
from novacart.domain.accounts.password import check_password, prepared
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUserCommand:
    username: str
    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    role: Role = Role.CUSTOMER


class RegisterUser:
    """Open an account. Raises `InvalidDetails` with every field that is wrong or taken.

    Of two that ask for one name at once, the second is told by the database: `UsernameTaken`
    or `EmailTaken`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        hasher: PasswordHasher,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._hasher = hasher
        self._clock = clock

    def __call__(self, command: RegisterUserCommand) -> Profile:
        username, email = self._names(command)
        password_hash = self._hasher.hash(prepared(command.password))
        with self._begin() as work:
            user = User.register(
                id=UserId(work.ids.take()[0]),
                username=username,
                email=email,
                password_hash=password_hash,
                first_name=command.first_name,
                last_name=command.last_name,
                role=command.role,
                at=self._clock.now(),
            )
            work.users.add(user)
            work.commit()
        return Profile.of(user)

    def _names(self, command: RegisterUserCommand) -> tuple[Username, EmailAddress]:
        errors: dict[str, list[str]] = {}
        email = EmailAddress("")
        username = Username("")
        try:
            email = EmailAddress.parse(command.email)
        except InvalidValue as error:
            errors["email"] = [error.message]
        try:
            username = Username.parse(command.username, email=email)
        except InvalidValue as error:
            errors["username"] = [error.message]
        try:
            check_password(command.password, username=username, email=email)
        except WeakPassword as error:
            errors |= {field: list(said) for field, said in error.errors.items()}
        username_taken, email_taken = self._queries.taken(username.key, email.key)
        if username_taken:
            errors["username"] = [UsernameTaken().message]
        if email_taken:
            errors["email"] = [EmailTaken().message]
        if errors:
            raise InvalidDetails(errors)
        return username, email
