"""Verification of email addresses."""

import re
from dataclasses import replace

import pytest

from novacart.application.accounts.confirm_password_reset import ConfirmPasswordResetCommand
from novacart.application.accounts.disable_user import DisableUserCommand
from novacart.application.accounts.register_user import RegisterUserCommand
from novacart.application.accounts.request_password_reset import RequestPasswordResetCommand
from novacart.application.accounts.verify_email import (
    LINKS_PER_HOUR,
    RequestEmailVerificationCommand,
    VerifyEmailCommand,
)
from novacart.application.authorization.actor import SYSTEM, PermissionDenied
from novacart.domain.accounts.errors import InvalidLink
from novacart.domain.accounts.events import EmailVerificationRequested, EmailVerified
from novacart.domain.shared.ids import UserId
from tests.support.accounts_fixture import AccountsFixture
from tests.support.builders.accounts import PASSWORD


@pytest.fixture
def accounts() -> AccountsFixture:
    return AccountsFixture()


def requests(accounts: AccountsFixture) -> list[EmailVerificationRequested]:
    return [
        event for event in accounts.store.events if isinstance(event, EmailVerificationRequested)
    ]


def send_links(accounts: AccountsFixture) -> list[str]:
    """Handle every request and return the tokens of the emails sent so far."""
    for event in requests(accounts):
        accounts.send_verification(event)
    texts = [mail.text for mail in accounts.mailer.sent.values()]
    return [match[1] for text in texts if (match := re.search(r"/verify-email/(\S+)", text))]


def is_verified(accounts: AccountsFixture, user_id: UserId) -> bool:
    with accounts.begin() as work:
        return work.users.get(user_id).is_email_verified


def test_registration_sends_a_link_that_verifies_the_address(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    assert not asha.email_verified
    [token] = send_links(accounts)
    [mail] = accounts.mailer.sent.values()
    assert mail.to == "asha@example.com"
    assert f"https://shop.example/verify-email/{token}" in mail.html
    # Nothing that the user wrote.
    assert "asha" not in mail.text + mail.html + mail.subject
    accounts.verify_email(VerifyEmailCommand(token=token))
    assert is_verified(accounts, asha.id)
    assert [event for event in accounts.store.events if isinstance(event, EmailVerified)]


def test_token_is_not_stored(accounts: AccountsFixture) -> None:
    accounts.register_user()
    [token] = send_links(accounts)
    [link] = accounts.store.account_links.values()
    assert token not in str([getattr(link, name) for name in link.__slots__])
    assert token not in str(requests(accounts))


def test_link_can_be_opened_again(accounts: AccountsFixture) -> None:
    accounts.register_user()
    [token] = send_links(accounts)
    for _ in range(2):
        accounts.verify_email(VerifyEmailCommand(token=token))
    verified = [event for event in accounts.store.events if isinstance(event, EmailVerified)]
    assert len(verified) == 1


@pytest.mark.parametrize("reason", ["unknown", "expired", "disabled"])
def test_invalid_link_raises(accounts: AccountsFixture, reason: str) -> None:
    asha = accounts.register_user()
    [token] = send_links(accounts)
    if reason == "unknown":
        token += "x"
    elif reason == "expired":
        accounts.clock.move(days=3)
    else:
        accounts.disable(DisableUserCommand(user_id=asha.id, actor=SYSTEM))
    with pytest.raises(InvalidLink):
        accounts.verify_email(VerifyEmailCommand(token=token))
    assert not is_verified(accounts, asha.id)


def test_links_per_hour_are_limited(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    command = RequestEmailVerificationCommand(user_id=asha.id)
    for _ in range(10):
        accounts.request_verification(command)
    assert len(requests(accounts)) == LINKS_PER_HOUR
    accounts.clock.move(hours=1, seconds=1)
    accounts.request_verification(command)
    assert len(set(send_links(accounts))) == LINKS_PER_HOUR + 1


def test_verified_user_gets_no_further_link(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    [token] = send_links(accounts)
    accounts.verify_email(VerifyEmailCommand(token=token))
    accounts.request_verification(RequestEmailVerificationCommand(user_id=asha.id))
    assert len(requests(accounts)) == 1
    accounts.mailer.sent.clear()
    assert send_links(accounts) == []


def test_password_reset_by_link_verifies_the_address(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    accounts.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
    request = accounts.last_reset_request()
    accounts.send_link(request)
    assert "asha" not in accounts.mailer.sent[f"password-reset-{request.reset_id}"].text
    token = accounts.link_tokens.token_for(request.reset_id)
    accounts.confirm_reset(ConfirmPasswordResetCommand(token=token, password="another-lantern-8"))
    assert is_verified(accounts, asha.id)


def test_registration_with_verified_address_needs_an_actor(accounts: AccountsFixture) -> None:
    command = RegisterUserCommand(
        username="asha", email="asha@example.com", password=PASSWORD, email_verified=True
    )
    with pytest.raises(PermissionDenied):
        accounts.register(command)
    profile = accounts.register(replace(command, actor=SYSTEM))
    assert profile.email_verified
    assert requests(accounts) == []


def test_expired_links_are_deleted(accounts: AccountsFixture) -> None:
    accounts.register_user()
    accounts.clock.move(days=4, seconds=1)
    assert accounts.delete_old_tokens() == 1
    assert list(accounts.store.account_links.values()) == []
