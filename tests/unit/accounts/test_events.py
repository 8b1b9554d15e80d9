"""Events and errors of accounts, with their exact content."""

from dataclasses import fields
from datetime import timedelta

import pytest

from novacart.domain.accounts.account_link import AccountLink
from novacart.domain.accounts.events import (
    EmailVerificationRequested,
    EmailVerified,
    PasswordChanged,
    PasswordResetRequested,
    ProfileChanged,
    RefreshTokenReused,
    RoleGranted,
    SignedIn,
    StaffInvited,
    UserDisabled,
    UserEnabled,
    UserRegistered,
)
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot, DomainEvent
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, SESSION, WEEK, a_family, a_user

LATER = NOON + timedelta(hours=5)
EVENT: dict[str, object] = {"user_id": 7, "occurred_at": LATER}


def collect(root: AggregateRoot, *types: type[DomainEvent]) -> list[dict[str, object]]:
    """The fields of the collected events, which must have the given types."""
    events = root.collect_events()
    assert tuple(type(event) for event in events) == types
    return [
        {field.name: getattr(event, field.name) for field in fields(event) if field.init}
        for event in events
    ]


def test_each_change_of_a_user_records_its_event() -> None:
    user = a_user(7, at=LATER)
    assert collect(user, UserRegistered) == [EVENT | {"role": "customer"}]
    user.change_profile(at=LATER, first_name="Asha")
    assert collect(user, ProfileChanged) == [EVENT]
    user.change_password("another", at=LATER)
    assert collect(user, PasswordChanged) == [EVENT]
    assert (user.password_changed_at, user.password_generation) == (LATER, 2)
    for at in (LATER, LATER + timedelta(days=1)):
        user.verify_email(at=at)
    assert (user.is_email_verified, user.email_verified_at) == (True, LATER)
    assert collect(user, EmailVerified) == [EVENT]
    user.disable(active_owners=(), at=LATER)
    assert user.is_active is False
    assert collect(user, UserDisabled) == [EVENT]
    user.enable(at=LATER)
    assert collect(user, UserEnabled) == [EVENT]
    user.grant_role(Role.SUPPORT, active_owners=(), at=LATER)
    assert collect(user, RoleGranted) == [EVENT | {"role": "support"}]


def test_sign_in_records_user_and_family() -> None:
    family = a_family(31, UserId(7))
    assert collect(family, SignedIn) == [{"user_id": 7, "family_id": 31, "occurred_at": NOON}]
    assert (family.opened_at, family.authenticated_at) == (NOON, NOON)
    [token] = family.tokens
    assert (token.issued_at, token.expires_at) == (NOON, NOON + WEEK)


def test_invitation_records_its_page_and_is_valid_for_seven_days() -> None:
    user = a_user(7)
    link = AccountLink.invite(user, id=9, token_hash="h", page_url="https://shop.test/i", at=NOON)
    assert collect(link, StaffInvited) == [
        {
            "user_id": 7,
            "link_id": 9,
            "role": "customer",
            "page_url": "https://shop.test/i",
            "occurred_at": NOON,
        }
    ]
    assert (link.created_at, link.expires_at) == (NOON, NOON + timedelta(days=7))
    assert link.is_valid(user, at=link.expires_at - timedelta(seconds=1))
    assert not link.is_valid(user, at=link.expires_at)


def test_verification_of_an_address_is_valid_for_three_days() -> None:
    user = a_user(7)
    link = AccountLink.request_verification(user, id=9, token_hash="h", at=NOON)
    assert collect(link, EmailVerificationRequested) == [
        {"user_id": 7, "link_id": 9, "occurred_at": NOON}
    ]
    assert (link.created_at, link.expires_at) == (NOON, NOON + timedelta(days=3))


def test_invalid_name_error_has_field_and_message() -> None:
    with pytest.raises(InvalidValue, match=r"^A name has at most 150 characters\.$") as too_long:
        a_user().change_profile(at=LATER, first_name="x" * 151)
    assert too_long.value.field == "first_name"
    with pytest.raises(
        InvalidValue, match=r"^A name has no control or invisible characters\.$"
    ) as control:
        a_user().change_profile(at=LATER, last_name="a\tb")
    assert control.value.field == "last_name"
    a_user().change_profile(at=LATER, first_name="x" * 150)


def test_reused_token_records_user_and_family() -> None:
    family = a_family(31, UserId(7))
    family.collect_events()
    leeway = timedelta(seconds=10)

    def rotate(successor: str) -> bool:
        return family.rotate(
            "first",
            successor_id=successor,
            at=LATER,
            lifetime=WEEK,
            leeway=leeway,
            session_lifetime=SESSION,
        )

    assert rotate("second")
    (first, second) = family.tokens
    assert (first.rotated_at, second.issued_at, second.expires_at) == (LATER, LATER, LATER + WEEK)
    assert collect(family) == []
    reused_at = LATER + timedelta(minutes=1)
    assert not family.rotate(
        "first",
        successor_id="third",
        at=reused_at,
        lifetime=WEEK,
        leeway=leeway,
        session_lifetime=SESSION,
    )
    assert collect(family, RefreshTokenReused) == [
        {"user_id": 7, "family_id": 31, "occurred_at": reused_at}
    ]
    assert family.revoked_at == reused_at


def test_new_aggregates_have_version_zero() -> None:
    assert TokenFamily(id=1, user_id=UserId(7), opened_at=NOON).version == 0
    fresh = PasswordReset.request(id=9, email_key="asha@example.com", at=LATER)
    assert collect(fresh, PasswordResetRequested) == [{"reset_id": 9, "occurred_at": LATER}]
    assert (fresh.version, fresh.id, fresh.email_key, fresh.requested_at) == (
        0,
        9,
        "asha@example.com",
        LATER,
    )
    stored = PasswordReset(
        id=9,
        email_key="asha@example.com",
        requested_at=NOON,
        user_id=UserId(7),
        token_hash="hash",
        password_generation=3,
        expires_at=LATER,
        used_at=LATER,
        version=4,
    )
    assert (stored.user_id, stored.token_hash, stored.password_generation) == (7, "hash", 3)
    assert (stored.expires_at, stored.used_at, stored.version) == (LATER, LATER, 4)
