"""Permissions and limits of an actor's role."""

import pytest

from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.authorization.limits import (
    AboveYourLimit,
    OwnOrder,
    StaffLimits,
    ensure_not_own_order,
)
from novacart.application.authorization.permissions import PERMISSIONS
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from novacart.domain.shared.money import Money

LIMITS = StaffLimits(support=Money(500000, "INR"))


def test_customer_has_no_permission() -> None:
    customer = Actor(user_id=UserId(1), role=Role.CUSTOMER)
    for permission in PERMISSIONS:
        with pytest.raises(PermissionDenied):
            customer.require(permission)


def test_unknown_permission_is_denied_even_to_the_system() -> None:
    with pytest.raises(PermissionDenied):
        SYSTEM.require("unknown")


def test_limited_role_has_the_permission_up_to_its_limit() -> None:
    Actor(user_id=UserId(1), role=Role.SUPPORT).require("orders.refund")
    LIMITS.ensure_within(Role.SUPPORT, "orders.refund", Money(500000, "INR"))
    with pytest.raises(AboveYourLimit):
        LIMITS.ensure_within(Role.SUPPORT, "orders.refund", Money(500001, "INR"))
    for role in (Role.OWNER, Role.MANAGER):
        LIMITS.ensure_within(role, "orders.refund", Money(500001, "INR"))


def test_limit_counts_what_is_used() -> None:
    used = Money(499_999, "INR")
    LIMITS.ensure_within(Role.SUPPORT, "orders.refund", Money(1, "INR"), used=used)
    with pytest.raises(AboveYourLimit) as error:
        LIMITS.ensure_within(Role.SUPPORT, "orders.refund", Money(2, "INR"), used=used)
    assert error.value.details == {"limit": "5000.00", "used": "4999.99"}


def test_own_order_is_for_a_colleague() -> None:
    for role in (Role.SUPPORT, Role.MANAGER):
        staff = Actor(user_id=UserId(1), role=role)
        with pytest.raises(OwnOrder):
            ensure_not_own_order(staff, UserId(1))
        ensure_not_own_order(staff, UserId(2))
    ensure_not_own_order(Actor(user_id=UserId(1), role=Role.OWNER), UserId(1))
    ensure_not_own_order(SYSTEM, UserId(1))
