"""Choose another password while signed in."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import WrongCredentials
from novacart.domain.accounts.password import MAX_LENGTH, check_password, prepared
from novacart.domain.accounts.username import Username, login_key
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordCommand:
    """`email` is the user's own address, by which the record is found."""

    user_id: UserId
    username: str
    email: str
    current: str
    new: str


class ChangePassword:
    """Every sign-in of the user ends, the one that asks included.

    Raises `WrongCredentials` where the present password is another, and `WeakPassword`.
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

    def __call__(self, command: ChangePasswordCommand) -> None:
        known = self._queries.credentials(login_key(command.email))
        given = prepared(command.current) if len(command.current) <= MAX_LENGTH else ""
        if not self._hasher.verify(given, known.password_hash if known else None):
            raise WrongCredentials
        if known is None or known.user_id != command.user_id or not known.is_active:
            raise WrongCredentials
        check_password(
            command.new, username=Username(command.username), email=EmailAddress(command.email)
        )
        # Outside the transaction, since a hash takes its time on purpose.
        password_hash = self._hasher.hash(prepared(command.new))
        now = self._clock.now()
        with self._begin() as work:
            user = work.users.get(command.user_id)
            if user.password_generation != known.password_generation or not user.is_active:
                raise WrongCredentials
            user.change_password(password_hash, at=now)
            work.users.save(user)
            work.token_families.revoke_all(user.id, at=now)
            work.commit()
