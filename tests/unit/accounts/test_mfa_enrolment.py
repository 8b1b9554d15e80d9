"""The enrolment of a second factor: its events, failures and recovery codes."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from novacart.domain.accounts.errors import MfaAlreadyEnabled, MfaNotEnabled
from novacart.domain.accounts.events import (
    MfaCodeRejected,
    MfaDisabled,
    MfaEnabled,
    RecoveryCodesReplaced,
    RecoveryCodeUsed,
)
from novacart.domain.accounts.mfa import (
    FAILURE_DELAY,
    MAX_FAILURES,
    RECOVERY_CODES,
    MfaEnrolment,
    generate_recovery_codes,
    hash_recovery_code,
)
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON

MEERA = UserId(7)
LATER = NOON + timedelta(hours=1)
SECOND = timedelta(seconds=1)
CODES = ["abcd-efgh", "jkmn-pqrs"]


@pytest.fixture
def enrolment() -> MfaEnrolment:
    """An enabled enrolment with two recovery codes. Its events are collected."""
    enrolment = MfaEnrolment.start(user_id=MEERA, encrypted_secret="secret", at=NOON)
    enrolment.enable(CODES, at=NOON)
    enrolment.collect_events()
    return enrolment


def test_set_up_is_started_again_until_it_is_enabled() -> None:
    enrolment = MfaEnrolment.start(user_id=MEERA, encrypted_secret="old", at=NOON)
    enrolment.restart("new", at=LATER)
    assert (enrolment.encrypted_secret, enrolment.created_at) == ("new", LATER)
    assert (enrolment.is_enabled, enrolment.collect_events()) == (False, [])
    with pytest.raises(MfaNotEnabled):
        enrolment.replace_recovery_codes(CODES, at=LATER)
    enrolment.disable(at=LATER)
    assert enrolment.collect_events() == []
    enrolment.enable(CODES, at=LATER)
    assert enrolment.enabled_at == LATER
    assert enrolment.collect_events() == [MfaEnabled(user_id=7, occurred_at=LATER)]
    changes: tuple[Callable[[], object], ...] = (
        lambda: enrolment.restart("other", at=LATER),
        lambda: enrolment.enable(CODES, at=LATER),
    )
    for change in changes:
        with pytest.raises(MfaAlreadyEnabled):
            change()


def test_recovery_code_is_used_up(enrolment: MfaEnrolment) -> None:
    assert enrolment.accept_recovery_code("ABCD efgh", at=LATER)
    assert not enrolment.accept_recovery_code("abcd-efgh", at=LATER)
    assert enrolment.recovery_code_hashes == {hash_recovery_code(CODES[1])}
    assert (enrolment.failures, enrolment.failed_at) == (1, LATER)
    assert enrolment.collect_events() == [
        RecoveryCodeUsed(user_id=7, remaining=1, occurred_at=LATER),
        MfaCodeRejected(user_id=7, occurred_at=LATER),
    ]


def test_new_recovery_codes_replace_the_old_ones(enrolment: MfaEnrolment) -> None:
    enrolment.replace_recovery_codes(["tuvw-xyz2"], at=LATER)
    assert not enrolment.accept_recovery_code(CODES[0], at=LATER)
    assert enrolment.accept_recovery_code("tuvw-xyz2", at=LATER)
    assert enrolment.collect_events()[0] == RecoveryCodesReplaced(user_id=7, occurred_at=LATER)


def test_removal_is_recorded(enrolment: MfaEnrolment) -> None:
    enrolment.disable(at=LATER)
    assert enrolment.collect_events() == [MfaDisabled(user_id=7, occurred_at=LATER)]


def test_code_of_each_time_step_is_accepted_once(enrolment: MfaEnrolment) -> None:
    assert [enrolment.accept_step(step, at=NOON) for step in (1, 1, 3, 2, None, 4)] == [
        True,
        False,
        True,
        False,
        False,
        True,
    ]
    assert (enrolment.last_step, enrolment.failures, enrolment.failed_at) == (4, 0, None)


def test_codes_are_refused_for_a_while_after_too_many_failures(enrolment: MfaEnrolment) -> None:
    for _ in range(MAX_FAILURES - 1):
        assert not enrolment.accept_step(None, at=NOON)
    assert enrolment.retry_after(NOON) == 0
    assert not enrolment.accept_recovery_code("wrong", at=NOON)
    end = NOON + FAILURE_DELAY
    seconds = FAILURE_DELAY.total_seconds()
    assert [enrolment.retry_after(at) for at in (NOON, end - SECOND / 2, end)] == [seconds, 1, 0]
    assert not enrolment.accept_recovery_code(CODES[0], at=end - SECOND)
    assert not enrolment.accept_step(9, at=end - SECOND)
    # An attempt that is refused does not count.
    assert (enrolment.failures, enrolment.failed_at) == (MAX_FAILURES, NOON)
    assert enrolment.accept_recovery_code(CODES[0], at=end)
    assert (enrolment.failures, enrolment.failed_at) == (0, None)


def test_recovery_codes_have_six_groups_of_four_characters() -> None:
    codes = generate_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    for code in codes:
        assert re.fullmatch(r"([a-hj-km-np-z2-9]{4}-){5}[a-hj-km-np-z2-9]{4}", code)


def test_hash_of_a_recovery_code_is_that_of_stored_ones() -> None:
    stored = "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab"
    assert hash_recovery_code(" ABCD-efgh ") == stored
    assert hash_recovery_code("\ud800") != stored
