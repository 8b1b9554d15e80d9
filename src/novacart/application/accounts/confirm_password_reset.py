"""Set a new password with a reset link."""

from contextlib import suppress
from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries
from novacart.application.authorization.throttle import (
    UNKNOWN_NETWORK,
    SignInThrottle,
    client_network,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.link_tokens import LinkTokens
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.password_strength import PasswordStrength
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import InvalidResetToken, ResetTokenNotFound
from novacart.domain.accounts.password import (
    ensure_strong_password,
    min_password_length,
    normalize_password,
)
from novacart.domain.accounts.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResetTokenCommand:
    token: str


class CheckResetToken:
    """Check a reset token without using it. Raises `ResetTokenNotFound`."""

    def __init__(self, *, queries: AccountQueries, clock: Clock, link_tokens: LinkTokens) -> None:
        self._queries = queries
        self._clock = clock
        self._link_tokens = link_tokens

    def __call__(self, command: CheckResetTokenCommand) -> None:
        token_hash = self._link_tokens.hash(command.token)
        if self._queries.reset_token_owner(token_hash, at=self._clock.now()) is None:
            raise ResetTokenNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPasswordResetCommand:
    token: str
    password: str


class ConfirmPasswordReset:
    """Set the new password, use up the token and end every session of the user.

    Lifts the delays of sign-in. The network of the client becomes the only known one, since the
    link proves that the client is the user, and the email address is verified. Raises
    `InvalidResetToken`, or `WeakPassword`, which leaves the token valid.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        hasher: PasswordHasher,
        strength: PasswordStrength,
        clock: Clock,
        link_tokens: LinkTokens,
        throttle: SignInThrottle,
        contexts: RequestContexts,
    ) -> None:
        self._begin = begin
        self._throttle = throttle
        self._contexts = contexts
        self._queries = queries
        self._hasher = hasher
        self._strength = strength
        self._clock = clock
        self._link_tokens = link_tokens

    def __call__(self, command: ConfirmPasswordResetCommand) -> None:
        token_hash = self._link_tokens.hash(command.token)
        owner = self._queries.reset_token_owner(token_hash, at=self._clock.now())
        if owner is None:
            raise InvalidResetToken
        ensure_strong_password(
            command.password,
            username=Username(owner.username),
            email=EmailAddress(owner.email),
            is_guessable=self._strength.is_guessable,
            min_length=min_password_length(is_staff=owner.is_staff, mfa_enabled=owner.mfa_enabled),
        )
        # Hashing is slow, so it happens outside the transaction and only for a valid token. The
        # token is checked again under the lock.
        password_hash = self._hasher.hash(normalize_password(command.password))
        network = client_network(self._contexts.current().address)
        with self._begin() as work:
            reset = work.password_resets.get_by_token_hash(token_hash)
            if reset is None or reset.user_id is None:
                raise InvalidResetToken
            user = work.users.get(reset.user_id)
            if not user.is_active:
                raise InvalidResetToken
            now = self._clock.now()
            reset.use(password_generation=user.password_generation, at=now)
            user.change_password(password_hash, at=now)
            user.verify_email(at=now)
            work.password_resets.save(reset)
            work.users.save(user)
            work.token_families.revoke_all(user.id, at=now)
            work.known_networks.forget(user.id)
            if network != UNKNOWN_NETWORK:
                work.known_networks.add(user.id, network, at=now)
            work.commit()
        # The password is changed, whether or not the delays are lifted.
        with suppress(Unavailable):
            self._throttle.unlock(user.id)
