"""Races over codes of authenticator apps, recovery codes and invitations."""

from collections.abc import Callable
from threading import Barrier

import pyotp
import pytest
from sqlalchemy import select, update

from novacart.adapters.persistence.accounts.tables import mfa_enrolments
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.security.one_time_passwords import PyotpOneTimePasswords
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.accounts.second_factor import SecondFactor
from novacart.domain.accounts.errors import InvalidMfaCode
from novacart.domain.accounts.mfa import MfaEnrolment
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from tests.fakes.account_security import FakeSecretCipher
from tests.support.builders.accounts import a_user
from tests.support.clock import SetClock
from tests.support.races import THREADS, run_concurrently

MEERA = UserId(41)
RECOVERY_CODE = "abcd-efgh"


class Enrolled:
    """A staff member with a second factor."""

    def __init__(self, database: Database) -> None:
        self.clock = SetClock()
        begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
        passwords, cipher = PyotpOneTimePasswords(), FakeSecretCipher()
        self.second_factor = SecondFactor(
            begin=begin, one_time_passwords=passwords, cipher=cipher, clock=self.clock
        )
        secret = passwords.new_secret()
        self.code = pyotp.TOTP(secret).at(int(self.clock.now().timestamp()))
        self.step = int(self.clock.now().timestamp()) // 30
        with begin() as work:
            work.users.add(a_user(MEERA, role=Role.MANAGER))
            enrolment = MfaEnrolment.start(
                user_id=MEERA, encrypted_secret=cipher.encrypt(secret), at=self.clock.now()
            )
            enrolment.enable([RECOVERY_CODE], at=self.clock.now())
            work.mfa_enrolments.add(enrolment)
            work.commit()

    def accepts(self, code: str) -> bool:
        try:
            self.second_factor.verify(MEERA, code)
        except InvalidMfaCode:
            return False
        return True


@pytest.fixture
def enrolled(database: Database) -> Enrolled:
    return Enrolled(database)


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_concurrent_uses_of_one_code_succeed_once(enrolled: Enrolled, kind: str) -> None:
    code = enrolled.code if kind == "code" else RECOVERY_CODE
    calls: list[Callable[[], bool]] = [lambda: enrolled.accepts(code)] * 4
    assert sorted(run_concurrently(calls), key=str) == [False, False, False, True]


def test_naive_check_before_update_accepts_a_code_twice(
    database: Database, enrolled: Enrolled
) -> None:
    """Negative control: the last step is read outside the transaction that stores it."""
    all_checked = Barrier(THREADS)

    def accept() -> bool:
        with database.reading() as connection:
            last_step = connection.execute(select(mfa_enrolments.c.last_step)).scalar_one()
        all_checked.wait(60)
        if enrolled.step <= last_step:
            return False
        with database.writing() as connection:
            connection.execute(update(mfa_enrolments).values(last_step=enrolled.step))
            connection.commit()
        return True

    assert run_concurrently([accept] * THREADS) == [True] * THREADS
