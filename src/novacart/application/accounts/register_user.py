"""Register a user."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.authorization.actor import Actor, PermissionDenied
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.password_strength import PasswordStrength
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import (
    EmailTaken,
    InvalidFields,
    UsernameTaken,
    UsernameTooSimilar,
    WeakPassword,
)
from novacart.domain.accounts.password import ensure_strong_password, normalize_password
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUserCommand:
    """`actor` is None when customers register themselves. A staff role needs an actor."""

    username: str
    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    role: Role = Role.CUSTOMER
    actor: Actor | None = None


class RegisterUser:
    """Register a user. Raises `InvalidFields` with every field that is invalid or taken.

    Raises `PermissionDenied` for a staff role unless the actor may create staff. The database
    decides between two simultaneous registrations of one name: the second raises
    `UsernameTaken` or `EmailTaken`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        hasher: PasswordHasher,
        strength: PasswordStrength,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._hasher = hasher
        self._strength = strength
        self._clock = clock

    def __call__(self, command: RegisterUserCommand) -> Profile:
        if command.role.is_staff:
            if command.actor is None:
                raise PermissionDenied
            command.actor.require("staff.write")
        username, email = self._validate(command)
        password_hash = self._hasher.hash(normalize_password(command.password))
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

    def _validate(self, command: RegisterUserCommand) -> tuple[Username, EmailAddress]:
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
            ensure_strong_password(
                command.password,
                username=username,
                email=email,
                is_guessable=self._strength.is_guessable,
            )
        except WeakPassword as error:
            errors |= {field: list(messages) for field, messages in error.errors.items()}
        taken = self._queries.names_taken(username, email)
        if taken.username:
            errors["username"] = [UsernameTaken().message]
        elif taken.similar:
            errors["username"] = [UsernameTooSimilar().message]
        if taken.email:
            errors["email"] = [EmailTaken().message]
        if errors:
            raise InvalidFields(errors)
        return username, email
