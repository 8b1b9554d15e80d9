"""Ending sessions, and password changes of signed-in users."""

from collections.abc import Callable

import pytest

from novacart.application.accounts.change_password import ChangePasswordCommand
from novacart.application.accounts.confirm_password_reset import ConfirmPasswordResetCommand
from novacart.application.accounts.disable_user import DisableUserCommand
from novacart.application.accounts.end_sessions import EndSessionCommand, EndSessionsCommand
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.request_password_reset import RequestPasswordResetCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.domain.accounts.errors import InvalidToken, SessionNotFound
from novacart.domain.accounts.events import SessionsEnded
from tests.support.accounts_fixture import AccountsFixture
from tests.support.builders.accounts import PASSWORD

NEW = "another-lantern-8"


@pytest.fixture
def accounts() -> AccountsFixture:
    return AccountsFixture()


def test_every_session_ends(accounts: AccountsFixture) -> None:
    asha, ravi = accounts.register_user(), accounts.register_user("ravi")
    sessions = [accounts.start_session() for _ in range(3)]
    other = accounts.start_session("ravi")
    accounts.end_sessions(EndSessionsCommand(user_id=asha.id))
    for session in sessions:
        for token in (session.access, session.refresh):
            with pytest.raises(InvalidToken):
                accounts.verify(token)
    assert accounts.authenticate(other.access).id == ravi.id
    assert accounts.start_session().access
    [ended] = [event for event in accounts.store.events if isinstance(event, SessionsEnded)]
    assert ended.user_id == asha.id


def test_other_sessions_end(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    current, other = accounts.start_session(), accounts.start_session()
    keep = accounts.tokens.read(current.access).family_id
    accounts.end_sessions(EndSessionsCommand(user_id=asha.id, keep=keep))
    assert accounts.authenticate(current.access).id == asha.id
    with pytest.raises(InvalidToken):
        accounts.authenticate(other.access)


def test_one_session_ends(accounts: AccountsFixture) -> None:
    asha, ravi = accounts.register_user(), accounts.register_user("ravi")
    lost, current = accounts.start_session(), accounts.start_session()
    command = EndSessionCommand(
        user_id=asha.id, session=accounts.tokens.read(lost.access).family_id
    )
    with pytest.raises(SessionNotFound):
        accounts.end_session(EndSessionCommand(user_id=ravi.id, session=command.session))
    accounts.end_session(command)
    assert accounts.authenticate(current.access).id == asha.id
    with pytest.raises(InvalidToken):
        accounts.verify(lost.refresh)
    with pytest.raises(SessionNotFound):
        accounts.end_session(command)
    assert isinstance(accounts.store.events[-1], SessionsEnded)


def test_password_change_ends_the_other_sessions(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    sessions = [accounts.start_session() for _ in range(2)]
    pair = accounts.change_password(
        ChangePasswordCommand(
            user_id=asha.id,
            username="asha",
            email=asha.email,
            current=PASSWORD,
            new=NEW,
            start_session=True,
        )
    )
    assert pair is not None
    assert accounts.authenticate(pair.access).id == asha.id
    for session in sessions:
        with pytest.raises(InvalidToken):
            accounts.verify(session.refresh)
    assert accounts.start_session(password=NEW).access


def _change_password(accounts: AccountsFixture, user: Profile) -> None:
    accounts.change_password(
        ChangePasswordCommand(
            user_id=user.id, username="asha", email=user.email, current=PASSWORD, new=NEW
        )
    )


def _reset_password(accounts: AccountsFixture, user: Profile) -> None:
    accounts.request_reset(RequestPasswordResetCommand(email=user.email))
    event = accounts.last_reset_request()
    accounts.send_link(event)
    mail = accounts.mailer.sent[f"password-reset-{event.reset_id}"]
    token = mail.text.partition("/reset-password/")[2].split()[0].partition("/")[2]
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def _disable(accounts: AccountsFixture, user: Profile) -> None:
    accounts.disable(DisableUserCommand(user_id=user.id, actor=SYSTEM))


@pytest.mark.parametrize("change", [_change_password, _reset_password, _disable])
def test_sessions_are_revoked_not_only_refused(
    accounts: AccountsFixture, change: Callable[[AccountsFixture, Profile], None]
) -> None:
    """A revoked session stays ended when the account is enabled again."""
    asha = accounts.register_user()
    family_id = accounts.tokens.read(accounts.start_session().refresh).family_id
    accounts.clock.move(minutes=1)
    change(accounts, asha)
    with accounts.begin() as work:
        family = work.token_families.get(family_id)
    assert family is not None
    assert family.revoked_at == accounts.clock.now()
