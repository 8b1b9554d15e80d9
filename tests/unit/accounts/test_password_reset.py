"""Password reset from the request to the sign-in with the new password."""

import re
from typing import Never

import pytest

from novacart.application.accounts.change_password import ChangePasswordCommand
from novacart.application.accounts.confirm_password_reset import ConfirmPasswordResetCommand
from novacart.application.accounts.disable_user import DisableUserCommand
from novacart.application.accounts.request_password_reset import RequestPasswordResetCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ports.errors import Unavailable
from novacart.domain.accounts.errors import (
    InvalidCredentials,
    InvalidResetToken,
    InvalidToken,
    ResetTokenNotFound,
    WeakPassword,
)
from novacart.domain.accounts.events import PasswordResetRequested
from tests.support.accounts_fixture import AccountsFixture
from tests.support.builders.accounts import PASSWORD

NEW, OTHER = "lanterns-by-the-lake", "another-lantern-9"


@pytest.fixture
def accounts() -> AccountsFixture:
    return AccountsFixture()


def request_token(accounts: AccountsFixture, email: str = "asha@example.com") -> str:
    accounts.request_reset(RequestPasswordResetCommand(email=email))
    event = accounts.last_reset_request()
    accounts.send_link(event)
    mail = accounts.mailer.sent[f"password-reset-{event.reset_id}"]
    link = re.search(r"https://shop\.example/reset-password/([0-9]+)/(\S+)", mail.text)
    assert link is not None
    assert link[0] in mail.html
    assert mail.to == "asha@example.com"
    return link[2]


def test_confirm_reset_changes_password_and_ends_all_sessions(
    accounts: AccountsFixture,
) -> None:
    accounts.register_user()
    pair = accounts.start_session()
    token = request_token(accounts, " ASHA@Example.com ")
    accounts.check_reset(token)
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))
    with pytest.raises(InvalidCredentials):
        accounts.start_session(password=PASSWORD)
    accounts.authenticate(accounts.start_session(password=NEW).access)
    for old in (pair.access, pair.refresh):
        with pytest.raises(InvalidToken):
            accounts.verify(old)


def test_password_is_changed_although_delays_cannot_be_lifted(
    accounts: AccountsFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keys(_prefix: str) -> Never:
        raise Unavailable("The rate limiter can't be reached.")

    asha = accounts.register_user()
    token = request_token(accounts)
    monkeypatch.setattr(accounts.limiter, "keys", keys)
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))
    accounts.change_password(
        ChangePasswordCommand(
            user_id=asha.id, username=asha.username, email=asha.email, current=NEW, new=OTHER
        )
    )
    accounts.start_session(password=OTHER)


def test_reset_token_can_be_used_once(accounts: AccountsFixture) -> None:
    accounts.register_user()
    token = request_token(accounts)
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))
    with pytest.raises(InvalidResetToken):
        accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=OTHER))
    with pytest.raises(ResetTokenNotFound):
        accounts.check_reset(token)


def test_reset_token_expires_after_an_hour(accounts: AccountsFixture) -> None:
    accounts.register_user()
    token = request_token(accounts)
    accounts.clock.move(minutes=59, seconds=59)
    accounts.check_reset(token)
    accounts.clock.move(seconds=1)
    with pytest.raises(ResetTokenNotFound):
        accounts.check_reset(token)
    with pytest.raises(InvalidResetToken):
        accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_weak_password_leaves_reset_token_valid(accounts: AccountsFixture) -> None:
    accounts.register_user()
    token = request_token(accounts)
    with pytest.raises(WeakPassword):
        accounts.confirm_reset(
            ConfirmPasswordResetCommand(token=token, password="asha@example.com")
        )
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_password_change_invalidates_other_link_tokens(accounts: AccountsFixture) -> None:
    accounts.register_user()
    first, second = request_token(accounts), request_token(accounts)
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=second, password=NEW))
    with pytest.raises(InvalidResetToken):
        accounts.confirm_reset(ConfirmPasswordResetCommand(token=first, password=OTHER))


@pytest.mark.parametrize("token", ["", "x", "../../etc", "é\ud800"])
def test_unknown_reset_token_raises(accounts: AccountsFixture, token: str) -> None:
    with pytest.raises(InvalidResetToken):
        accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_request_is_the_same_for_known_and_unknown_email(accounts: AccountsFixture) -> None:
    accounts.register_user()
    for email in ("asha@example.com", "unknown@example.com"):
        before = list(accounts.store.events)
        accounts.request_reset(RequestPasswordResetCommand(email=email))
        (event,) = accounts.store.events[len(before) :]
        assert isinstance(event, PasswordResetRequested)
        assert set(event.payload()) == {"occurred_at", "reset_id"}
    accounts.request_reset(RequestPasswordResetCommand(email="no address"))


def test_user_who_is_disabled_during_a_reset_gets_no_password(
    accounts: AccountsFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = accounts.register_user()
    token = request_token(accounts)
    hash_password = accounts.hasher.hash

    def disable_meanwhile(password: str) -> str:
        accounts.disable(DisableUserCommand(user_id=asha.id, actor=SYSTEM))
        return hash_password(password)

    monkeypatch.setattr(accounts.hasher, "hash", disable_meanwhile)
    with pytest.raises(InvalidResetToken):
        accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_no_email_for_unknown_or_disabled_user(accounts: AccountsFixture) -> None:
    accounts.disable(DisableUserCommand(user_id=accounts.register_user().id, actor=SYSTEM))
    for email in ("asha@example.com", "unknown@example.com"):
        accounts.request_reset(RequestPasswordResetCommand(email=email))
        accounts.send_link(accounts.last_reset_request())
    assert accounts.mailer.attempts == 0


def test_token_is_neither_stored_nor_in_events(accounts: AccountsFixture) -> None:
    accounts.register_user()
    token = request_token(accounts)
    (reset,) = accounts.store.password_resets.values()
    stored = repr([getattr(reset, name) for name in type(reset).__slots__])
    assert token not in stored + repr(accounts.store.events)
    assert reset.token_hash is not None
    assert re.fullmatch("[0-9a-f]{64}", reset.token_hash)


def test_repeated_event_sends_identical_email(accounts: AccountsFixture) -> None:
    accounts.register_user()
    request_token(accounts)
    (first,) = accounts.mailer.sent.values()
    accounts.send_link(accounts.last_reset_request())
    assert accounts.mailer.attempts == 2
    assert list(accounts.mailer.sent.values()) == [first]


def test_link_sent_after_two_hour_mail_outage_is_valid(
    accounts: AccountsFixture,
) -> None:
    accounts.register_user()
    accounts.mailer.down = True
    accounts.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
    with pytest.raises(Unavailable):
        accounts.send_link(accounts.last_reset_request())
    accounts.clock.move(hours=2)
    accounts.mailer.down = False
    accounts.send_link(accounts.last_reset_request())
    (mail,) = accounts.mailer.sent.values()
    token = mail.text.partition("/reset-password/")[2].split()[0].partition("/")[2]
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_used_link_is_not_sent_again(accounts: AccountsFixture) -> None:
    accounts.register_user()
    token = request_token(accounts)
    event = accounts.last_reset_request()
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))
    accounts.send_link(event)
    assert accounts.mailer.attempts == 1


def test_event_of_deleted_request_sends_nothing(accounts: AccountsFixture) -> None:
    accounts.register_user()
    accounts.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
    accounts.clock.move(days=1, seconds=1)
    assert accounts.delete_old_tokens() == 1
    accounts.send_link(accounts.last_reset_request())
    assert accounts.mailer.attempts == 0


def test_at_most_five_links_an_hour_for_one_address(accounts: AccountsFixture) -> None:
    accounts.register_user()
    for _ in range(9):
        accounts.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
        accounts.send_link(accounts.last_reset_request())
    assert accounts.mailer.attempts == 5
    accounts.clock.move(hours=1, seconds=1)
    request_token(accounts)


def test_email_does_not_contain_first_name(accounts: AccountsFixture) -> None:
    accounts.register_user()
    with accounts.begin() as work:
        user = next(accounts.store.users.values())
        user.change_profile(first_name="You won! evil.example", at=accounts.clock.now())
        work.users.save(user)
        work.commit()
    request_token(accounts)
    (mail,) = accounts.mailer.sent.values()
    assert "You won!" not in mail.text + mail.html
