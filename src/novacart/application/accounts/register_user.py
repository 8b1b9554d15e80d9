"""Register a user."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.accounts.verify_email import add_verification_link
from novacart.application.authorization.actor import Actor, PermissionDenied
from novacart.application.ports.clock import Clock
from novacart.application.ports.link_tokens import LinkTokens
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
from novacart.domain.accounts.password import (
    ensure_strong_password,
    min_password_length,
    normalize_password,
)
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUserCommand:
    """`actor` is None when customers register themselves.

    `email_verified` needs an actor, and a staff role needs the system as the actor.
    """

    username: str
    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    role: Role = Role.CUSTOMER
    email_verified: bool = False
    actor: Actor | None = None


class RegisterUser:
    """Register a user and send a link to verify the email address.

    Raises `InvalidFields` with every field that is invalid or taken, and `PermissionDenied` for a
    staff role unless the actor is the system. The database decides between two simultaneous
    registrations of one name: the second raises `UsernameTaken` or `EmailTaken`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        hasher: PasswordHasher,
        strength: PasswordStrength,
        link_tokens: LinkTokens,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._hasher = hasher
        self._strength = strength
        self._link_tokens = link_tokens
        self._clock = clock

    def __call__(self, command: RegisterUserCommand) -> Profile:
        # Staff use `InviteStaff`, so that the invited person chooses the password.
        if command.role.is_staff and (command.actor is None or command.actor.user_id is not None):
            raise PermissionDenied
        if command.email_verified and command.actor is None:
            raise PermissionDenied
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
            if command.email_verified:
                user.verify_email(at=user.created_at)
            work.users.add(user)
            if not user.is_email_verified:
                add_verification_link(work, user, self._link_tokens, self._clock)
            work.commit()
        return Profile.of(user)

    def _validate(self, command: RegisterUserCommand) -> tuple[Username, EmailAddress]:
        username, email, errors = validate_names(
            command.username, command.email, queries=self._queries
        )
        try:
            ensure_strong_password(
                command.password,
                username=username,
                email=email,
                is_guessable=self._strength.is_guessable,
                min_length=min_password_length(is_staff=command.role.is_staff, mfa_enabled=False),
            )
        except WeakPassword as error:
            errors |= {field: list(messages) for field, messages in error.errors.items()}
        if errors:
            raise InvalidFields(errors)
        return username, email


def validate_names(
    username_text: str, email_text: str, *, queries: AccountQueries
) -> tuple[Username, EmailAddress, dict[str, list[str]]]:
    """Parse a new username and email address, and collect the errors of each field.

    A value with errors is empty, or taken.
    """
    errors: dict[str, list[str]] = {}
    email, username = EmailAddress(""), Username("")
    try:
        email = EmailAddress.parse(email_text)
    except InvalidValue as error:
        errors["email"] = [error.message]
    try:
        username = Username.parse(username_text, email=email)
    except InvalidValue as error:
        errors["username"] = [error.message]
    taken = queries.names_taken(username, email)
    if taken.username:
        errors["username"] = [UsernameTaken().message]
    elif taken.similar:
        errors["username"] = [UsernameTooSimilar().message]
    if taken.email:
        errors["email"] = [EmailTaken().message]
    return username, email, errors
