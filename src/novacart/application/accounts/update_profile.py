"""Change one's own username and names."""

from dataclasses import dataclass

from novacart.application.accounts.queries import Profile
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfileCommand:
    """`None` leaves a field unchanged."""

    user_id: UserId
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class UpdateProfile:
    """Change the names that are given. Raises `InvalidValue` or `UsernameTaken`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: UpdateProfileCommand) -> Profile:
        with self._begin() as work:
            user = work.users.get(command.user_id)
            user.change_profile(
                username=command.username,
                first_name=command.first_name,
                last_name=command.last_name,
                at=self._clock.now(),
            )
            work.users.save(user)
            work.commit()
        return Profile.of(user)
