"""Change one's own username and names."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import UsernameTaken
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfileCommand:
    """`None` leaves a field unchanged."""

    user_id: UserId
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class UpdateProfile:
    """Change the names that are given.

    Raises `InvalidValue`, `UsernameTaken` or `UsernameTooSimilar`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, queries: AccountQueries, clock: Clock) -> None:
        self._begin = begin
        self._queries = queries
        self._clock = clock

    def __call__(self, command: UpdateProfileCommand) -> Profile:
        with self._begin() as work:
            user = work.users.get(command.user_id)
            before = user.username.key
            user.change_profile(
                username=command.username,
                first_name=command.first_name,
                last_name=command.last_name,
                at=self._clock.now(),
            )
            # A taken username also looks like the new one, and either constraint could fail first.
            is_new = user.username.key != before
            if is_new and self._queries.names_taken(user.username, user.email).username:
                raise UsernameTaken
            work.users.save(user)
            work.commit()
        return Profile.of(user)
