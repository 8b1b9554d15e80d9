"""Set up, change and remove a second factor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.application.accounts.find_user import find_user
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.second_factor import SecondFactor
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.accounts.verify_credentials import (
    VerifyCredentials,
    VerifyCredentialsCommand,
)
from novacart.application.authorization.actor import Actor
from novacart.application.authorization.reauthentication import (
    MAX_AGE,
    ReauthenticationPolicy,
)
from novacart.application.authorization.throttle import TooManyAttempts
from novacart.application.ports.clock import Clock
from novacart.application.ports.one_time_passwords import OneTimePasswords
from novacart.application.ports.secret_cipher import DecryptionFailed, SecretCipher
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.accounts.errors import (
    InvalidMfaCode,
    MfaMandatory,
    MfaNotEnabled,
    UserNotFound,
    WeakPassword,
)
from novacart.domain.accounts.mfa import MfaEnrolment, generate_recovery_codes
from novacart.domain.accounts.password import STAFF_MIN_LENGTH
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaSetup:
    """A new secret in Base32, the URI for authenticator apps, and its QR code as a `data:` URL."""

    secret: str
    uri: str
    qr_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMfaSetupCommand:
    """The signed-in user; the app shows `email`."""

    actor: Actor
    email: str


class StartMfaSetup:
    """Create a secret that takes effect once its first code is confirmed.

    A set-up that was started within the last 15 minutes continues with the same secret. Raises
    `ReauthenticationRequired` or `MfaAlreadyEnabled`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        one_time_passwords: OneTimePasswords,
        cipher: SecretCipher,
        clock: Clock,
        reauthentication: ReauthenticationPolicy,
    ) -> None:
        self._begin = begin
        self._one_time_passwords = one_time_passwords
        self._cipher = cipher
        self._clock = clock
        self._reauthentication = reauthentication

    def __call__(self, command: StartMfaSetupCommand) -> MfaSetup:
        user_id, now = _user_id(command.actor), self._clock.now()
        self._reauthentication.ensure_recent(command.actor, at=now)
        with self._begin() as work:
            enrolment = work.mfa_enrolments.get(user_id)
            secret = self._pending_secret(enrolment, now)
            if secret is None:
                secret = self._one_time_passwords.new_secret()
                encrypted = self._cipher.encrypt(secret)
                if enrolment is None:
                    work.mfa_enrolments.add(
                        MfaEnrolment.start(user_id=user_id, encrypted_secret=encrypted, at=now)
                    )
                else:
                    enrolment.restart(encrypted, at=now)
                    work.mfa_enrolments.save(enrolment)
                work.commit()
        uri = self._one_time_passwords.provisioning_uri(secret, account=command.email)
        return MfaSetup(secret=secret, uri=uri, qr_code=self._one_time_passwords.qr_code(uri))

    def _pending_secret(self, enrolment: MfaEnrolment | None, now: datetime) -> str | None:
        if enrolment is None or enrolment.is_enabled or now - enrolment.created_at > MAX_AGE:
            return None
        try:
            return self._cipher.decrypt(enrolment.encrypted_secret)
        except DecryptionFailed:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMfaSetupCommand:
    """`session` is the token family of the current session."""

    actor: Actor
    session: int
    code: str


class ConfirmMfaSetup:
    """Enable the second factor and end the other sessions. Returns ten recovery codes.

    Raises `MfaNotEnabled` before `StartMfaSetup`, `MfaAlreadyEnabled`, `InvalidMfaCode` or
    `TooManyAttempts`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, second_factor: SecondFactor, clock: Clock
    ) -> None:
        self._begin = begin
        self._second_factor = second_factor
        self._clock = clock

    def __call__(self, command: ConfirmMfaSetupCommand) -> Sequence[str]:
        user_id, now = _user_id(command.actor), self._clock.now()
        codes = generate_recovery_codes()
        with self._begin() as work:
            enrolment = work.mfa_enrolments.get(user_id)
            if enrolment is None:
                raise MfaNotEnabled
            if seconds := enrolment.retry_after(now):
                raise TooManyAttempts(seconds)
            accepted = self._second_factor.accept(enrolment, command.code, at=now)
            if accepted:
                enrolment.enable(codes, at=now)
                work.token_families.revoke_all(user_id, at=now, keep=command.session)
            work.mfa_enrolments.save(enrolment)
            work.commit()
        if not accepted:
            raise InvalidMfaCode
        return codes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceRecoveryCodesCommand:
    actor: Actor


class ReplaceRecoveryCodes:
    """Invalidate the recovery codes and return ten new ones.

    Raises `ReauthenticationRequired` or `MfaNotEnabled`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, reauthentication: ReauthenticationPolicy
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._reauthentication = reauthentication

    def __call__(self, command: ReplaceRecoveryCodesCommand) -> Sequence[str]:
        user_id, now = _user_id(command.actor), self._clock.now()
        self._reauthentication.ensure_recent(command.actor, at=now)
        codes = generate_recovery_codes()
        with self._begin() as work:
            enrolment = work.mfa_enrolments.get(user_id)
            if enrolment is None:
                raise MfaNotEnabled
            enrolment.replace_recovery_codes(codes, at=now)
            work.mfa_enrolments.save(enrolment)
            work.commit()
        return codes


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableMfaCommand:
    """`email` is that of the signed-in user."""

    actor: Actor
    email: str
    password: str


class DisableMfa:
    """Remove one's own second factor.

    For staff, raises `MfaMandatory` if the shop requires one, and `WeakPassword` if the password
    is too short without one. Raises `InvalidCredentials`, `TooManyAttempts` or `MfaNotEnabled`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        verify_credentials: VerifyCredentials,
        clock: Clock,
        policy: StaffSecurityPolicy,
    ) -> None:
        self._begin = begin
        self._verify_credentials = verify_credentials
        self._clock = clock
        self._policy = policy

    def __call__(self, command: DisableMfaCommand) -> None:
        user_id = _user_id(command.actor)
        is_staff = command.actor.role.is_staff
        if is_staff and self._policy.mfa_required:
            raise MfaMandatory
        self._verify_credentials(
            VerifyCredentialsCommand(
                login=command.email, password=command.password, user_id=user_id
            )
        )
        if is_staff and not self._policy.allows_without_mfa(command.password):
            reason = (
                "Without two-factor authentication, your password needs at least"
                f" {STAFF_MIN_LENGTH} characters. Change your password first."
            )
            raise WeakPassword([reason])
        with self._begin() as work:
            if not _remove(work, user_id, self._clock):
                raise MfaNotEnabled
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetMfaCommand:
    """`login` is a username or an email address; it is used if `user_id` is None."""

    actor: Actor
    user_id: UserId | None = None
    login: str = ""


class ResetMfa:
    """Remove the second factor of a user who has lost it, and end their sessions.

    Raises `PermissionDenied`, `ReauthenticationRequired`, `UserNotFound` or `MfaNotEnabled`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, reauthentication: ReauthenticationPolicy
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._reauthentication = reauthentication

    def __call__(self, command: ResetMfaCommand) -> Profile:
        now = self._clock.now()
        command.actor.require("staff.write")
        self._reauthentication.ensure_recent(command.actor, at=now)
        with self._begin() as work:
            user = find_user(work, command.user_id, command.login)
            if not _remove(work, user.id, self._clock):
                raise MfaNotEnabled
            work.token_families.revoke_all(user.id, at=now)
            work.commit()
        return Profile.of(user)


def _user_id(actor: Actor) -> UserId:
    """The signed-in user, who may change the second factor of their own account."""
    if actor.user_id is None:
        raise UserNotFound
    return actor.user_id


def _remove(work: UnitOfWork, user_id: UserId, clock: Clock) -> bool:
    """Remove the enrolment, if there is an enabled one."""
    enrolment = work.mfa_enrolments.get(user_id)
    if enrolment is None or not enrolment.is_enabled:
        return False
    enrolment.disable(at=clock.now())
    work.mfa_enrolments.remove(enrolment)
    return True
