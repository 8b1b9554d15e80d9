"""Find a user by id or by login."""

from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.accounts.errors import UserNotFound
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import login_key
from novacart.domain.shared.ids import UserId


def find_user(work: UnitOfWork, user_id: UserId | None, login: str) -> User:
    """The user with this id; if it is None, the user with this username or email address.

    Raises `UserNotFound`.
    """
    if user_id is not None:
        return work.users.get(user_id)
    key = login_key(login)
    user = work.users.get_by_email(key) or work.users.get_by_username(key)
    if user is None:
        raise UserNotFound
    return user
