"""Every use case that staff call refuses an actor without the permission."""

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from inspect import get_annotations, signature
from pkgutil import walk_packages
from typing import Any, get_type_hints
from unittest.mock import MagicMock, sentinel

import pytest

from novacart import application
from novacart.adapters.admin.back_office import (
    AccountActions,
    BackOffice,
    CatalogActions,
    OrderActions,
)
from novacart.application.accounts.change_password import ChangePassword
from novacart.application.accounts.end_sessions import EndSessions
from novacart.application.accounts.invite_staff import AcceptInvitation, CheckInvitation
from novacart.application.accounts.reauthenticate import Reauthenticate
from novacart.application.accounts.register_user import RegisterUser
from novacart.application.accounts.request_password_reset import RequestPasswordReset
from novacart.application.accounts.set_up_mfa import (
    ConfirmMfaSetup,
    DisableMfa,
    ReplaceRecoveryCodes,
    StartMfaSetup,
)
from novacart.application.authorization.actor import Actor, PermissionDenied
from novacart.application.authorization.permissions import PERMISSIONS
from novacart.application.payments.request_refund import RequestRefund
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId

# Customers call these too, for themselves; an invitation is accepted without a session.
OPEN_TO_CUSTOMERS = {
    AcceptInvitation,
    CheckInvitation,
    ChangePassword,
    ConfirmMfaSetup,
    DisableMfa,
    EndSessions,
    Reauthenticate,
    RegisterUser,
    ReplaceRecoveryCodes,
    RequestPasswordReset,
    RequestRefund,
    StartMfaSetup,
}


class RecordingActor(Actor):
    """A user without permissions, who records the permissions that were asked for."""

    asked: list[str] = []  # noqa: RUF012 (replaced in each test)

    def may(self, permission: str) -> bool:
        self.asked.append(permission)
        return False


def command_of(use_case: type) -> type[Any] | None:
    """The class of the use case's command, None if it has none."""
    call = use_case.__dict__.get("__call__")
    if call is None or "command" not in signature(call).parameters:
        return None
    command: type[Any] = get_type_hints(call)["command"]
    return command


def actor_field(command: type[Any] | None) -> str | None:
    if command is None or not is_dataclass(command):
        return None
    hints = get_type_hints(command)
    return next((name for name, kind in hints.items() if Actor in _alternatives(kind)), None)


def _alternatives(kind: object) -> tuple[Any, ...]:
    return getattr(kind, "__args__", (kind,))


def staff_use_cases() -> Iterator[type]:
    """The use cases whose command names an actor."""
    for module in walk_packages(application.__path__, f"{application.__name__}."):
        for value in vars(import_module(module.name)).values():
            if (
                isinstance(value, type)
                and value.__module__ == module.name
                and actor_field(command_of(value)) is not None
            ):
                yield value


def _by_name(use_cases: Iterable[type]) -> list[type]:
    return sorted(use_cases, key=lambda use_case: use_case.__name__)


STAFF_USE_CASES = _by_name(set(staff_use_cases()) - OPEN_TO_CUSTOMERS)


def in_the_back_office() -> Iterator[type]:
    """The use cases that the back office can call."""
    for group in (CatalogActions, OrderActions, AccountActions, BackOffice):
        for use_case in get_annotations(group, eval_str=True).values():
            if use_case.__module__.startswith("novacart.application") and command_of(use_case):
                yield use_case


BACK_OFFICE_USE_CASES = _by_name(in_the_back_office())


@pytest.mark.parametrize("use_case", STAFF_USE_CASES)
def test_use_case_refuses_an_actor_without_permission(use_case: type[Any]) -> None:
    asked: list[str] = []
    RecordingActor.asked = asked
    command_class, name_of_actor = command_of(use_case), actor_field(command_of(use_case))
    assert command_class is not None and name_of_actor is not None  # noqa: PT018
    actor = RecordingActor(user_id=UserId(1), role=Role.CUSTOMER)
    command = command_class(
        **{
            field.name: sentinel.value
            for field in fields(command_class)
            if field.default is MISSING and field.default_factory is MISSING
        }
        | {name_of_actor: actor}
    )
    dependencies = {
        name: MagicMock(name=name) for name in list(signature(use_case.__init__).parameters)[1:]
    }
    with pytest.raises(PermissionDenied):
        use_case(**dependencies)(command)
    assert asked
    assert set(asked) <= set(PERMISSIONS)
    if "begin" in dependencies:
        dependencies["begin"].return_value.__enter__.return_value.commit.assert_not_called()


@pytest.mark.parametrize("use_case", BACK_OFFICE_USE_CASES)
def test_use_case_of_the_back_office_checks_an_actor(use_case: type) -> None:
    assert use_case in {*STAFF_USE_CASES, *OPEN_TO_CUSTOMERS}


def test_use_cases_of_each_area_are_found() -> None:
    names = {use_case.__name__ for use_case in STAFF_USE_CASES}
    assert names >= {"AddProduct", "ImportProducts", "ShipOrder", "GrantRole", "RetryEvent"}
