"""Choose a new password with a link from a mail."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries, OpenReset
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.reset_tokens import ResetTokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import ResetTokenNotAccepted, ResetTokenNotFound
from novacart.domain.accounts.password import check_password, prepared
from novacart.domain.accounts.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPasswordResetCommand:
    token: str
    password: str


class CheckResetToken:
    """Whether a link is still good. Raises `ResetTokenNotFound`."""

    def __init__(self, *, queries: AccountQueries, clock: Clock, reset_tokens: ResetTokens) -> None:
        self._queries = queries
        self._clock = clock
        self._reset_tokens = reset_tokens

    def __call__(self, token: str) -> None:
        token_hash = self._reset_tokens.hash(token)
        if self._queries.open_reset(token_hash, at=self._clock.now()) is None:
            raise ResetTokenNotFound


class ConfirmPasswordReset:
    """Set the new password, once, and sign its owner out everywhere.

    Raises `ResetTokenNotAccepted`, or `WeakPassword`, after which the link is still good.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        hasher: PasswordHasher,
        clock: Clock,
        reset_tokens: ResetTokens,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._hasher = hasher
        self._clock = clock
        self._reset_tokens = reset_tokens

    def __call__(self, command: ConfirmPasswordResetCommand) -> None:
        token_hash = self._reset_tokens.hash(command.token)
        owner = self._queries.open_reset(token_hash, at=self._clock.now())
        if owner is None:
            raise ResetTokenNotAccepted
        _check(command.password, owner)
        # Only for a good link, so that nobody makes the shop hash for nothing; the link is
        # held against its rules again under the lock.
        password_hash = self._hasher.hash(prepared(command.password))
        with self._begin() as work:
            reset = work.password_resets.with_token(token_hash)
            if reset is None or reset.user_id is None:
                raise ResetTokenNotAccepted
            user = work.users.get(reset.user_id)
            if not user.is_active:
                raise ResetTokenNotAccepted
            now = self._clock.now()
            reset.use(password_generation=user.password_generation, at=now)
            user.change_password(password_hash, at=now)
            work.password_resets.save(reset)
            work.users.save(user)
            work.token_families.revoke_all(user.id, at=now)
            work.commit()


def _check(password: str, owner: OpenReset) -> None:
    check_password(password, username=Username(owner.username), email=EmailAddress(owner.email))
