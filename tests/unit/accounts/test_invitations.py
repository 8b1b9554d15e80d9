"""Invitations of staff."""

import re
from dataclasses import replace

import pytest

from novacart.application.accounts.disable_user import DisableUserCommand
from novacart.application.accounts.invite_staff import (
    AcceptInvitationCommand,
    InviteStaffCommand,
    ResendInvitationCommand,
)
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.sign_in import SignInCommand
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.authorization.reauthentication import ReauthenticationRequired
from novacart.domain.accounts.errors import (
    InvalidCredentials,
    InvalidFields,
    InvalidLink,
    PasswordAlreadySet,
    WeakPassword,
)
from novacart.domain.accounts.events import StaffInvited
from novacart.domain.accounts.role import Role
from tests.support.accounts_fixture import STAFF_PASSWORD, AccountsFixture

PAGE = "https://api.shop.example/admin/sign-in/invitation/"


@pytest.fixture
def accounts() -> AccountsFixture:
    return AccountsFixture()


@pytest.fixture
def owner(accounts: AccountsFixture) -> Actor:
    return accounts.register_staff("owner", role=Role.OWNER)


def invite(accounts: AccountsFixture, owner: Actor, role: Role = Role.SUPPORT) -> Profile:
    return accounts.invite(
        InviteStaffCommand(
            username="meera",
            email="meera@example.com",
            first_name="Meera",
            role=role,
            actor=owner,
            page_url=PAGE,
        )
    )


def last_token(accounts: AccountsFixture) -> str:
    """Handle every invitation and return the token of the last mail."""
    for event in accounts.store.events:
        if isinstance(event, StaffInvited):
            accounts.send_invitation(event)
    mail = list(accounts.mailer.sent.values())[-1]
    assert mail.to == "meera@example.com"
    match = re.search(rf"{re.escape(PAGE)}\?token=(\S+)", mail.text)
    assert match is not None
    return match[1]


def sign_in(accounts: AccountsFixture, password: str = STAFF_PASSWORD) -> None:
    accounts.sign_in(SignInCommand(login="meera", password=password))


def test_invited_person_chooses_the_password(accounts: AccountsFixture, owner: Actor) -> None:
    meera = invite(accounts, owner)
    assert meera.role is Role.SUPPORT
    for password in ("", STAFF_PASSWORD):
        with pytest.raises(InvalidCredentials):
            sign_in(accounts, password)
    token = last_token(accounts)
    assert accounts.check_invitation(token)
    with pytest.raises(WeakPassword, match="at least 15"):
        accounts.accept_invitation(AcceptInvitationCommand(token=token, password="mango-9-roof"))
    command = AcceptInvitationCommand(token=token, password=STAFF_PASSWORD)
    accounts.accept_invitation(command)
    sign_in(accounts)
    with accounts.begin() as work:
        assert work.users.get(meera.id).is_email_verified
    assert not accounts.check_invitation(token)
    with pytest.raises(InvalidLink):
        accounts.accept_invitation(command)


@pytest.mark.parametrize("reason", ["unknown", "expired", "disabled"])
def test_invalid_invitation_is_refused(
    accounts: AccountsFixture, owner: Actor, reason: str
) -> None:
    meera = invite(accounts, owner)
    token = last_token(accounts)
    if reason == "unknown":
        token += "x"
    elif reason == "expired":
        accounts.clock.move(days=7)
    else:
        accounts.disable(DisableUserCommand(user_id=meera.id, actor=SYSTEM))
    assert not accounts.check_invitation(token)
    with pytest.raises(InvalidLink):
        accounts.accept_invitation(AcceptInvitationCommand(token=token, password=STAFF_PASSWORD))


def test_earlier_invitation_is_invalid_once_a_password_is_set(
    accounts: AccountsFixture, owner: Actor
) -> None:
    meera = invite(accounts, owner)
    first = last_token(accounts)
    resend = ResendInvitationCommand(user_id=meera.id, actor=owner, page_url=PAGE)
    accounts.resend_invitation(resend)
    second = last_token(accounts)
    assert first != second
    accounts.accept_invitation(AcceptInvitationCommand(token=second, password=STAFF_PASSWORD))
    assert not accounts.check_invitation(first)
    with pytest.raises(PasswordAlreadySet):
        accounts.resend_invitation(resend)


def test_only_an_owner_who_signed_in_recently_invites(
    accounts: AccountsFixture, owner: Actor
) -> None:
    with pytest.raises(PermissionDenied):
        invite(accounts, replace(owner, role=Role.MANAGER))
    accounts.clock.move(minutes=16)
    with pytest.raises(ReauthenticationRequired):
        invite(accounts, owner)


def test_invalid_invitation_names_each_field(accounts: AccountsFixture, owner: Actor) -> None:
    accounts.register_user("meera")
    with pytest.raises(InvalidFields) as refused:
        invite(accounts, owner, role=Role.CUSTOMER)
    assert set(refused.value.errors) == {"username", "email", "role"}


def test_verification_token_is_no_invitation(accounts: AccountsFixture) -> None:
    accounts.register_user()
    [link] = accounts.store.account_links.values()
    assert not accounts.check_invitation(accounts.link_tokens.token_for(link.id))
