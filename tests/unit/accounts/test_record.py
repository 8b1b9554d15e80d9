"""What accounts tell of their own life, fact by fact."""

from dataclasses import fields
from datetime import timedelta

import pytest

from novacart.domain.accounts.address_book import AddressType
from novacart.domain.accounts.errors import InvalidDetails
from novacart.domain.accounts.events import (
    PasswordChanged,
    PasswordResetRequested,
    ProfileChanged,
    RefreshTokenReused,
    RoleGranted,
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
from tests.support.builders.accounts import NOON, WEEK, a_family, a_user

LATER = NOON + timedelta(hours=5)
HERS: dict[str, object] = {"user_id": 7, "occurred_at": LATER}


def happened(root: AggregateRoot, *kinds: type[DomainEvent]) -> list[dict[str, object]]:
    """All that the events say, beside their names and versions."""
    events = root.collect_events()
    assert tuple(type(event) for event in events) == kinds
    return [
        {field.name: getattr(event, field.name) for field in fields(event) if field.init}
        for event in events
    ]


def test_each_change_of_a_user_is_told() -> None:
    user = a_user(7, at=LATER)
    assert happened(user, UserRegistered) == [HERS | {"role": "customer"}]
    user.change_profile(at=LATER, first_name="Asha")
    assert happened(user, ProfileChanged) == [HERS]
    user.change_password("another", at=LATER)
    assert happened(user, PasswordChanged) == [HERS]
    assert (user.password_changed_at, user.password_generation) == (LATER, 2)
    user.disable(at=LATER)
    assert user.is_active is False
    assert happened(user, UserDisabled) == [HERS]
    user.enable(at=LATER)
    assert happened(user, UserEnabled) == [HERS]
    user.grant_role(Role.SUPPORT, at=LATER)
    assert happened(user, RoleGranted) == [HERS | {"role": "support"}]


def test_a_name_that_is_none_is_told_with_its_field() -> None:
    with pytest.raises(InvalidValue, match=r"^A name has at most 150 characters\.$") as too_long:
        a_user().change_profile(at=LATER, first_name="x" * 151)
    assert too_long.value.field == "first_name"
    with pytest.raises(InvalidValue, match=r"^A name has no control characters\.$") as control:
        a_user().change_profile(at=LATER, last_name="a\tb")
    assert control.value.field == "last_name"
    a_user().change_profile(at=LATER, first_name="x" * 150)


def test_a_role_that_is_none_is_told_those_there_are() -> None:
    sentence = r"^A role is one of customer, support, catalog, manager, owner\.$"
    with pytest.raises(InvalidValue, match=sentence) as refused:
        Role.parse("king")
    assert refused.value.field == "role"


def test_a_kind_of_address_that_is_none_is_told_those_there_are() -> None:
    with pytest.raises(InvalidDetails) as refused:
        AddressType.parse("CASTLE")
    assert refused.value.errors == {"address_type": ("Choose HOME or OFFICE.",)}


def test_a_stolen_token_is_told_with_whose_it_was() -> None:
    family = a_family(31, UserId(7))
    leeway = timedelta(seconds=10)

    def rotate(successor: str) -> bool:
        return family.rotate(
            "first", successor_id=successor, at=LATER, lifetime=WEEK, leeway=leeway
        )

    assert rotate("second")
    (first, second) = family.tokens
    assert (first.rotated_at, second.issued_at, second.expires_at) == (LATER, LATER, LATER + WEEK)
    assert happened(family) == []
    stolen = LATER + timedelta(minutes=1)
    assert not family.rotate("first", successor_id="third", at=stolen, lifetime=WEEK, leeway=leeway)
    assert happened(family, RefreshTokenReused) == [
        {"user_id": 7, "family_id": 31, "occurred_at": stolen}
    ]
    assert family.revoked_at == stolen


def test_what_was_never_stored_has_no_version_and_what_was_is_as_it_was() -> None:
    assert TokenFamily(id=1, user_id=UserId(7), opened_at=NOON).version == 0
    fresh = PasswordReset.request(id=9, email_key="asha@example.com", at=LATER)
    assert happened(fresh, PasswordResetRequested) == [{"reset_id": 9, "occurred_at": LATER}]
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
