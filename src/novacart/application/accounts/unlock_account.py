"""Lift the delays after failed sign-ins of an account."""

from dataclasses import dataclass

from novacart.application.accounts.find_user import find_user
from novacart.application.accounts.queries import Profile
from novacart.application.authorization.actor import Actor
from novacart.application.authorization.throttle import SignInThrottle
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.events import AccountUnlocked
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockAccountCommand:
    """`login` is a username or an email address; it is used if `user_id` is None."""

    actor: Actor
    user_id: UserId | None = None
    login: str = ""


class UnlockAccount:
    """Lift every sign-in delay of an account.

    The event is recorded after the delays are lifted, so that it never states what did not happen.
    After a crash in between, the call can be repeated.

    Raises `UserNotFound`, `PermissionDenied`, or `Unavailable` if the delays cannot be lifted now.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, throttle: SignInThrottle, clock: Clock) -> None:
        self._begin = begin
        self._throttle = throttle
        self._clock = clock

    def __call__(self, command: UnlockAccountCommand) -> Profile:
        with self._begin() as work:
            user = find_user(work, command.user_id, command.login)
            command.actor.require("staff.write" if user.is_staff else "customers.reset")
        self._throttle.unlock(user.id)
        with self._begin() as work:
            work.record(AccountUnlocked(user_id=user.id, occurred_at=self._clock.now()))
            work.commit()
        return Profile.of(user)
