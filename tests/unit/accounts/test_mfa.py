"""Two-factor authentication."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pyotp
import pytest

from novacart.application.accounts.change_password import ChangePasswordCommand
from novacart.application.accounts.grant_role import GrantRoleCommand
from novacart.application.accounts.reauthenticate import ReauthenticateCommand
from novacart.application.accounts.set_up_mfa import (
    ConfirmMfaSetupCommand,
    DisableMfaCommand,
    ReplaceRecoveryCodesCommand,
    ResetMfaCommand,
    StartMfaSetupCommand,
)
from novacart.application.accounts.sign_in import SignInCommand
from novacart.application.accounts.sign_in_staff import (
    CompleteStaffSignInCommand,
    SignInStaffCommand,
)
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.authorization.reauthentication import ReauthenticationRequired
from novacart.application.authorization.throttle import TooManyAttempts
from novacart.domain.accounts.errors import (
    InvalidCredentials,
    InvalidFields,
    InvalidMfaCode,
    InvalidToken,
    MfaAlreadyEnabled,
    MfaMandatory,
    MfaNotEnabled,
    MfaRequired,
    MfaSetupRequired,
    WeakPassword,
)
from novacart.domain.accounts.events import (
    MfaCodeRejected,
    MfaDisabled,
    MfaEnabled,
    RecoveryCodesReplaced,
)
from novacart.domain.accounts.mfa import MAX_FAILURES
from novacart.domain.accounts.role import Role
from tests.support.accounts_fixture import STAFF_PASSWORD, AccountsFixture
from tests.support.builders.accounts import PASSWORD

EMAIL = "meera@example.com"
SHORT = "mango-9-roof"


@pytest.fixture
def accounts() -> AccountsFixture:
    return AccountsFixture()


def start(accounts: AccountsFixture, actor: Actor) -> str:
    return accounts.start_mfa_setup(StartMfaSetupCommand(actor=actor, email=EMAIL)).secret


def code_of(accounts: AccountsFixture, secret: str, *, seconds: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(accounts.clock.now().timestamp()) + seconds)


def enable(accounts: AccountsFixture, actor: Actor) -> tuple[str, Sequence[str]]:
    """Enable the second factor; return its secret and the recovery codes."""
    secret = start(accounts, actor)
    codes = accounts.confirm_mfa_setup(
        ConfirmMfaSetupCommand(actor=actor, session=0, code=code_of(accounts, secret))
    )
    accounts.clock.move(seconds=30)
    return secret, codes


def sign_in(accounts: AccountsFixture, otp: str | None = None) -> str:
    command = SignInCommand(login="meera", password=STAFF_PASSWORD, otp=otp)
    return accounts.sign_in(command).access


def test_sign_in_needs_a_code_once_enabled(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    secret = start(accounts, meera)
    assert sign_in(accounts)
    accounts.confirm_mfa_setup(
        ConfirmMfaSetupCommand(actor=meera, session=0, code=code_of(accounts, secret))
    )
    accounts.clock.move(seconds=30)
    with pytest.raises(MfaRequired):
        sign_in(accounts)
    with pytest.raises(InvalidMfaCode):
        sign_in(accounts, "000000")
    assert sign_in(accounts, code_of(accounts, secret))
    with pytest.raises(InvalidCredentials):
        accounts.sign_in(SignInCommand(login="meera", password="wrong", otp="000000"))


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-60, False), (-30, True), (30, True), (60, False)]
)
def test_code_of_one_step_before_or_after_is_accepted(
    accounts: AccountsFixture, seconds: int, *, accepted: bool
) -> None:
    secret, _ = enable(accounts, accounts.register_staff())
    accounts.clock.move(minutes=5)
    code = code_of(accounts, secret, seconds=seconds)
    if accepted:
        assert sign_in(accounts, code)
    else:
        with pytest.raises(InvalidMfaCode):
            sign_in(accounts, code)


def test_code_works_once(accounts: AccountsFixture) -> None:
    secret, _ = enable(accounts, accounts.register_staff())
    earlier, code = code_of(accounts, secret, seconds=-30), code_of(accounts, secret)
    assert sign_in(accounts, f" {code[:3]} {code[3:]} ")
    for used in (code, earlier):
        with pytest.raises(InvalidMfaCode):
            sign_in(accounts, used)


def test_code_that_confirmed_the_set_up_does_not_work_again(accounts: AccountsFixture) -> None:
    secret, _ = enable(accounts, accounts.register_staff())
    with pytest.raises(InvalidMfaCode):
        sign_in(accounts, code_of(accounts, secret, seconds=-30))


def test_recovery_codes_work_once_each(accounts: AccountsFixture) -> None:
    _, codes = enable(accounts, accounts.register_staff())
    assert len(set(codes)) == 10
    assert sign_in(accounts, codes[0])
    assert sign_in(accounts, codes[1].upper().replace("-", " "))
    with pytest.raises(InvalidMfaCode):
        sign_in(accounts, codes[0])


def test_recovery_codes_and_secret_are_not_stored_in_plain_text(accounts: AccountsFixture) -> None:
    secret, codes = enable(accounts, accounts.register_staff())
    [enrolment] = accounts.store.mfa_enrolments.values()
    stored = f"{enrolment.encrypted_secret} {sorted(enrolment.recovery_code_hashes)}"
    assert secret not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


def test_wrong_codes_block_further_ones_for_a_while(accounts: AccountsFixture) -> None:
    secret, codes = enable(accounts, accounts.register_staff())
    for _ in range(MAX_FAILURES):
        with pytest.raises(InvalidMfaCode):
            sign_in(accounts, "000000")
    # A right password does not reset the count.
    with pytest.raises(MfaRequired):
        sign_in(accounts)
    for code in (code_of(accounts, secret), codes[0]):
        with pytest.raises(TooManyAttempts) as refused:
            sign_in(accounts, code)
        assert 0 < refused.value.retry_after <= 15 * 60
    accounts.clock.move(minutes=15)
    assert sign_in(accounts, code_of(accounts, secret))
    assert sum(isinstance(event, MfaCodeRejected) for event in accounts.store.events) == 5


def test_set_up_continues_with_the_same_secret_for_15_minutes(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    secret = start(accounts, meera)
    with pytest.raises(InvalidMfaCode):
        accounts.confirm_mfa_setup(ConfirmMfaSetupCommand(actor=meera, session=0, code="000000"))
    assert start(accounts, meera) == secret
    accounts.clock.move(minutes=15, seconds=1)
    later = replace(meera, authenticated_at=accounts.clock.now())
    assert start(accounts, later) != secret


def test_set_up_needs_recent_authentication(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    accounts.clock.move(minutes=15, seconds=1)
    with pytest.raises(ReauthenticationRequired):
        start(accounts, meera)


def test_enabled_second_factor_is_not_replaced_by_a_set_up(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    secret, _ = enable(accounts, meera)
    with pytest.raises(MfaAlreadyEnabled):
        start(accounts, meera)
    with pytest.raises(MfaAlreadyEnabled):
        accounts.confirm_mfa_setup(
            ConfirmMfaSetupCommand(actor=meera, session=0, code=code_of(accounts, secret))
        )
    other = accounts.register_staff("ravi")
    with pytest.raises(MfaNotEnabled):
        accounts.confirm_mfa_setup(ConfirmMfaSetupCommand(actor=other, session=0, code="000000"))
    with pytest.raises(MfaNotEnabled):
        accounts.replace_recovery_codes(ReplaceRecoveryCodesCommand(actor=other))


def test_enabling_ends_the_other_sessions(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    other = sign_in(accounts)
    current = accounts.sign_in(SignInCommand(login="meera", password=STAFF_PASSWORD))
    secret = start(accounts, meera)
    family = accounts.tokens.read(current.access).family_id
    accounts.confirm_mfa_setup(
        ConfirmMfaSetupCommand(actor=meera, session=family, code=code_of(accounts, secret))
    )
    assert accounts.authenticate(current.access).mfa_enabled
    with pytest.raises(InvalidToken):
        accounts.authenticate(other)


def test_replaced_recovery_codes_do_not_work(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    _, old = enable(accounts, meera)
    new = accounts.replace_recovery_codes(ReplaceRecoveryCodesCommand(actor=meera))
    with pytest.raises(InvalidMfaCode):
        sign_in(accounts, old[0])
    assert sign_in(accounts, new[0])
    [replaced] = [each for each in accounts.store.events if isinstance(each, RecoveryCodesReplaced)]
    assert (replaced.user_id, replaced.occurred_at) == (meera.user_id, accounts.clock.now())


def test_disable_needs_the_password(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    enable(accounts, meera)
    with pytest.raises(InvalidCredentials):
        accounts.disable_mfa(DisableMfaCommand(actor=meera, email=EMAIL, password="wrong"))
    command = DisableMfaCommand(actor=meera, email=EMAIL, password=STAFF_PASSWORD)
    accounts.disable_mfa(command)
    assert sign_in(accounts)
    with pytest.raises(MfaNotEnabled):
        accounts.disable_mfa(command)
    kinds = [type(event) for event in accounts.store.events]
    assert kinds.index(MfaEnabled) < kinds.index(MfaDisabled)


def test_mandatory_second_factor_cannot_be_disabled() -> None:
    accounts = AccountsFixture(staff_security=StaffSecurityPolicy(mfa_required=True))
    meera = accounts.register_staff()
    enable(accounts, meera)
    with pytest.raises(MfaMandatory):
        accounts.disable_mfa(DisableMfaCommand(actor=meera, email=EMAIL, password=STAFF_PASSWORD))


def test_password_of_another_user_does_not_confirm_the_signed_in_one(
    accounts: AccountsFixture,
) -> None:
    meera = accounts.register_staff()
    assert meera.user_id is not None
    enable(accounts, meera)
    other = accounts.register_user().email
    change = ChangePasswordCommand(
        user_id=meera.user_id, username="meera", email=other, current=PASSWORD, new=STAFF_PASSWORD
    )
    confirm = ReauthenticateCommand(
        user_id=meera.user_id, session=1, email=other, password=PASSWORD
    )
    disable = DisableMfaCommand(actor=meera, email=other, password=PASSWORD)
    for attempt in (
        partial(accounts.change_password, change),
        partial(accounts.reauthenticate, confirm),
        partial(accounts.disable_mfa, disable),
    ):
        with pytest.raises(InvalidCredentials):
            attempt()


def test_short_password_is_allowed_only_with_a_second_factor(accounts: AccountsFixture) -> None:
    with pytest.raises(InvalidFields, match="at least 15"):
        accounts.register_staff(password=SHORT)
    meera = accounts.register_staff()
    assert meera.user_id is not None
    change = ChangePasswordCommand(
        user_id=meera.user_id, username="meera", email=EMAIL, current=STAFF_PASSWORD, new=SHORT
    )
    with pytest.raises(WeakPassword, match="at least 15"):
        accounts.change_password(change)
    enable(accounts, meera)
    accounts.change_password(change)
    disable = DisableMfaCommand(actor=meera, email=EMAIL, password=SHORT)
    with pytest.raises(WeakPassword, match="at least 15"):
        accounts.disable_mfa(disable)


def promote(accounts: AccountsFixture, password: str = SHORT) -> None:
    """Register a customer with a short password and give them a staff role."""
    command = SignInCommand(login="asha", password=PASSWORD)
    asha = accounts.register_user()
    accounts.sign_in(command)
    accounts.change_password(
        ChangePasswordCommand(
            user_id=asha.id, username="asha", email=asha.email, current=PASSWORD, new=password
        )
    )
    accounts.grant_role(GrantRoleCommand(user_id=asha.id, role=Role.SUPPORT, actor=SYSTEM))


def test_promoted_customer_with_short_password_has_to_set_up(accounts: AccountsFixture) -> None:
    promote(accounts)
    with pytest.raises(MfaSetupRequired):
        accounts.sign_in(SignInCommand(login="asha", password=SHORT))
    result = accounts.sign_in_staff(SignInStaffCommand(login="asha", password=SHORT))
    assert result.tokens is not None
    assert result.must_set_up


def test_mandatory_second_factor_closes_the_api_to_staff_without_one() -> None:
    accounts = AccountsFixture()
    accounts.register_staff()
    access = sign_in(accounts)
    strict = AccountsFixture(
        store=accounts.store,
        clock=accounts.clock,
        hasher=accounts.hasher,
        staff_security=StaffSecurityPolicy(mfa_required=True),
    )
    strict.authenticate_user._tokens = accounts.tokens
    with pytest.raises(MfaSetupRequired):
        strict.authenticate(access)
    with pytest.raises(MfaSetupRequired):
        sign_in(strict)
    strict.register_user()
    assert strict.start_session().access


def test_second_factor_of_a_former_staff_member_stays(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    secret, _ = enable(accounts, meera)
    assert meera.user_id is not None
    accounts.grant_role(GrantRoleCommand(user_id=meera.user_id, role=Role.CUSTOMER, actor=SYSTEM))
    with pytest.raises(MfaRequired):
        sign_in(accounts)
    assert sign_in(accounts, code_of(accounts, secret))


def test_customer_enables_and_disables_a_second_factor() -> None:
    accounts = AccountsFixture(staff_security=StaffSecurityPolicy(mfa_required=True))
    profile = accounts.register_user()
    asha = Actor(user_id=profile.id, role=Role.CUSTOMER, authenticated_at=accounts.clock.now())
    secret, _ = enable(accounts, asha)
    with pytest.raises(MfaRequired):
        accounts.start_session()
    command = SignInCommand(login="asha", password=PASSWORD, otp=code_of(accounts, secret))
    assert accounts.sign_in(command).access
    # The rules for passwords of staff do not apply.
    accounts.disable_mfa(DisableMfaCommand(actor=asha, email=profile.email, password=PASSWORD))
    assert accounts.start_session().access


def test_staff_sign_in_in_two_steps(accounts: AccountsFixture) -> None:
    secret, _ = enable(accounts, accounts.register_staff())
    result = accounts.sign_in_staff(SignInStaffCommand(login="meera", password=STAFF_PASSWORD))
    assert result.tokens is None
    command = CompleteStaffSignInCommand(
        user_id=result.user_id,
        password_generation=result.password_generation,
        code=code_of(accounts, secret),
    )
    stale = replace(command, password_generation=result.password_generation + 1)
    with pytest.raises(InvalidCredentials):
        accounts.complete_sign_in(stale)
    assert accounts.complete_sign_in(command).access
    with pytest.raises(InvalidMfaCode):
        accounts.complete_sign_in(command)


def test_customer_cannot_sign_in_as_staff(accounts: AccountsFixture) -> None:
    accounts.register_user()
    with pytest.raises(InvalidCredentials):
        accounts.sign_in_staff(SignInStaffCommand(login="asha", password=PASSWORD))


def test_owner_resets_a_lost_second_factor(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    secret, _ = enable(accounts, meera)
    access = sign_in(accounts, code_of(accounts, secret))
    manager = accounts.register_staff("ravi")
    with pytest.raises(PermissionDenied):
        accounts.reset_mfa(ResetMfaCommand(user_id=meera.user_id, actor=manager))
    owner = replace(manager, role=Role.OWNER)
    accounts.clock.move(minutes=16)
    with pytest.raises(ReauthenticationRequired):
        accounts.reset_mfa(ResetMfaCommand(user_id=meera.user_id, actor=owner))
    accounts.reset_mfa(ResetMfaCommand(login=EMAIL, actor=SYSTEM))
    with pytest.raises(InvalidToken):
        accounts.authenticate(access)
    assert sign_in(accounts)
    with pytest.raises(MfaNotEnabled):
        accounts.reset_mfa(ResetMfaCommand(login="meera", actor=SYSTEM))


@pytest.mark.parametrize("kind", ["password", "code"])
def test_reauthentication_by_password_or_code(accounts: AccountsFixture, kind: str) -> None:
    secret, _ = enable(accounts, accounts.register_staff())
    pair = accounts.sign_in(
        SignInCommand(login="meera", password=STAFF_PASSWORD, otp=code_of(accounts, secret))
    )
    accounts.clock.move(minutes=20)
    before = accounts.authenticate(pair.access).authenticated_at
    session = accounts.tokens.read(pair.access)
    wrong = ReauthenticateCommand(
        user_id=session.user_id, session=session.family_id, email=EMAIL, password="wrong"
    )
    with pytest.raises(InvalidCredentials):
        accounts.reauthenticate(wrong)
    with pytest.raises(InvalidMfaCode):
        accounts.reauthenticate(replace(wrong, code="000000"))
    assert accounts.authenticate(pair.access).authenticated_at == before
    command = (
        replace(wrong, password=STAFF_PASSWORD)
        if kind == "password"
        else replace(wrong, code=code_of(accounts, secret))
    )
    accounts.reauthenticate(command)
    assert accounts.authenticate(pair.access).authenticated_at == accounts.clock.now()


def test_role_is_granted_only_after_recent_authentication(accounts: AccountsFixture) -> None:
    owner, asha = accounts.register_staff(role=Role.OWNER), accounts.register_user()
    command = GrantRoleCommand(user_id=asha.id, role=Role.SUPPORT, actor=owner)
    accounts.clock.move(minutes=15, seconds=1)
    with pytest.raises(ReauthenticationRequired):
        accounts.grant_role(command)
    recent = replace(owner, authenticated_at=accounts.clock.now())
    assert accounts.grant_role(replace(command, actor=recent)).role is Role.SUPPORT


def test_changed_secret_key_leaves_recovery_codes_valid(accounts: AccountsFixture) -> None:
    secret, codes = enable(accounts, accounts.register_staff())
    with accounts.begin() as work:
        [enrolment] = accounts.store.mfa_enrolments.values()
        enrolment.encrypted_secret = "sealed by another key"
        work.mfa_enrolments.save(enrolment)
        work.commit()
    with pytest.raises(InvalidMfaCode):
        sign_in(accounts, code_of(accounts, secret))
    assert sign_in(accounts, codes[0])
