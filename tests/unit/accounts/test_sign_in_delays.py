"""Delays after failed sign-ins, known devices and the bound on sessions."""

from datetime import timedelta
from functools import partial

import pytest

from novacart.application.accounts.confirm_password_reset import ConfirmPasswordResetCommand
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.record_denied_access import (
    RecordDeniedAccess,
    RecordDeniedAccessCommand,
)
from novacart.application.accounts.refresh_session import RefreshSessionCommand
from novacart.application.accounts.request_password_reset import RequestPasswordResetCommand
from novacart.application.accounts.sign_in import SignInCommand
from novacart.application.accounts.unlock_account import UnlockAccount, UnlockAccountCommand
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.authorization.throttle import Throttle, TooManyAttempts
from novacart.application.ports.request_context import RequestContext
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.errors import InvalidCredentials, InvalidToken, UserNotFound
from novacart.domain.accounts.events import (
    AccessDenied,
    AccountUnlocked,
    SignedIn,
    SignInDelayed,
    SignInFailed,
)
from novacart.domain.accounts.role import Role
from novacart.domain.shared.events import SecurityEvent
from novacart.domain.shared.ids import UserId
from tests.support.accounts_fixture import AccountsFixture
from tests.support.builders.accounts import PASSWORD
from tests.support.crash_points import Crash, CrashPoints

HOME, OFFICE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def accounts() -> AccountsFixture:
    return AccountsFixture()


@pytest.fixture
def asha(accounts: AccountsFixture) -> Profile:
    return accounts.register_user()


def sign_in(
    accounts: AccountsFixture,
    password: str = PASSWORD,
    *,
    address: str | None = HOME,
    login: str = "asha",
    refresh: str | None = None,
) -> TokenPair:
    with accounts.contexts.bind(RequestContext(actor="anonymous", address=address)):
        return accounts.sign_in(SignInCommand(login=login, password=password, refresh=refresh))


def attack(accounts: AccountsFixture, *, login: str = "asha", attempts: int = 150) -> int:
    """Guess passwords from many addresses; return how many guesses were checked."""
    checked = 0
    for number in range(attempts):
        try:
            sign_in(accounts, f"guess {number}", address=f"203.0.113.{number}", login=login)
        except InvalidCredentials:
            checked += 1
        except TooManyAttempts:
            continue
    return checked


@pytest.mark.usefixtures("asha")
def test_failures_by_username_and_email_count_together(accounts: AccountsFixture) -> None:
    for login in ("asha", "asha@example.com") * 5:
        with pytest.raises(InvalidCredentials):
            sign_in(accounts, "wrong", login=login)
    for login in ("asha", "asha@example.com"):
        with pytest.raises(TooManyAttempts):
            sign_in(accounts, login=login)


@pytest.mark.usefixtures("asha")
def test_unknown_name_is_delayed_like_an_account(accounts: AccountsFixture) -> None:
    def responses(login: str) -> list[object]:
        results: list[object] = []
        for _ in range(12):
            verifications = accounts.hasher.verifications
            try:
                sign_in(accounts, "wrong", login=login)
            except TooManyAttempts as error:
                results.append((error.retry_after, accounts.hasher.verifications - verifications))
            except InvalidCredentials as error:
                results.append((error.message, accounts.hasher.verifications - verifications))
        return results

    assert responses("unknown") == responses("asha")


@pytest.mark.usefixtures("asha")
def test_attack_from_many_addresses_does_not_delay_a_known_network(
    accounts: AccountsFixture,
) -> None:
    sign_in(accounts, address=HOME)
    assert attack(accounts) <= 100
    with pytest.raises(TooManyAttempts):
        sign_in(accounts, address=OFFICE)
    sign_in(accounts, address=HOME)
    accounts.clock.move(days=31)
    attack(accounts)
    with pytest.raises(TooManyAttempts):
        sign_in(accounts, address=HOME)


@pytest.mark.usefixtures("asha")
def test_attack_does_not_delay_a_device_with_a_session(accounts: AccountsFixture) -> None:
    phone = sign_in(accounts, address=HOME)
    attack(accounts)
    # Strangers in the same network as well: the phone now is in a shared one.
    for number in range(30):
        with pytest.raises((InvalidCredentials, TooManyAttempts)):
            sign_in(accounts, f"guess {number}", address=OFFICE)
    for worthless in (phone.access + "x", "", other_session(accounts).refresh):
        with pytest.raises(TooManyAttempts):
            sign_in(accounts, address=OFFICE, refresh=worthless)
    sign_in(accounts, address=OFFICE, refresh=phone.refresh)


def other_session(accounts: AccountsFixture) -> TokenPair:
    accounts.register_user("ravi")
    return accounts.start_session("ravi")


def reset_password(accounts: AccountsFixture, new: str, *, address: str) -> None:
    accounts.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
    accounts.send_link(accounts.last_reset_request())
    token = list(accounts.mailer.sent.values())[-1].text.partition("/reset-password/")[2].split()[0]
    with accounts.contexts.bind(RequestContext(actor="anonymous", address=address)):
        accounts.confirm_reset(
            ConfirmPasswordResetCommand(token=token.rpartition("/")[2], password=new)
        )


@pytest.mark.usefixtures("asha")
def test_completed_reset_lifts_delays_and_survives_the_attack(accounts: AccountsFixture) -> None:
    sign_in(accounts, address=HOME)
    attack(accounts)
    new = "lanterns-by-the-lake"
    reset_password(accounts, new, address=OFFICE)
    sign_in(accounts, new, address="198.51.100.9")
    attack(accounts)
    sign_in(accounts, new, address=OFFICE)
    # The thief may have signed in from a network that was known before.
    with pytest.raises(TooManyAttempts):
        sign_in(accounts, new, address=HOME)


@pytest.mark.usefixtures("asha")
def test_unknown_address_is_never_known(accounts: AccountsFixture) -> None:
    sign_in(accounts, address=None)
    attack(accounts)
    with pytest.raises(TooManyAttempts):
        sign_in(accounts, address=None)


def test_unlock_by_id_or_name_lifts_delays(accounts: AccountsFixture, asha: Profile) -> None:
    for command in (
        UnlockAccountCommand(actor=SYSTEM, user_id=asha.id),
        UnlockAccountCommand(actor=SYSTEM, login=" ASHA "),
        UnlockAccountCommand(actor=SYSTEM, login="asha@example.com"),
    ):
        attack(accounts)
        with pytest.raises(TooManyAttempts):
            sign_in(accounts, address="198.51.100.9")
        assert accounts.unlock(command).username == "asha"
        with pytest.raises(InvalidCredentials):
            sign_in(accounts, "wrong", address="198.51.100.9")
    with pytest.raises(UserNotFound):
        accounts.unlock(UnlockAccountCommand(actor=SYSTEM, login="unknown"))


@pytest.mark.parametrize("at", range(2))
def test_crash_while_unlocking_leaves_no_event_of_delays_that_remain(
    accounts: AccountsFixture, asha: Profile, at: int
) -> None:
    attack(accounts)
    accounts.store.events.clear()
    unlock = UnlockAccount(
        begin=CrashPoints(at).begin(accounts.begin),
        throttle=accounts.throttle,
        clock=accounts.clock,
    )
    command = UnlockAccountCommand(actor=SYSTEM, user_id=asha.id)
    with pytest.raises(Crash):
        unlock(command)
    if accounts.store.events:
        assert accounts.throttle.delays(asha.id) == {}
    accounts.unlock(command)
    assert accounts.throttle.delays(asha.id) == {}
    assert {type(event) for event in accounts.store.events} == {AccountUnlocked}


@pytest.mark.parametrize("role", Role)
def test_support_unlocks_customers_and_owner_also_staff(
    accounts: AccountsFixture, asha: Profile, role: Role
) -> None:
    actor = Actor(user_id=UserId(999), role=role)
    with accounts.begin() as work:
        meera = work.users.get(accounts.register_user("meera").id)
        meera.grant_role(Role.CATALOG, active_owners=(), at=accounts.clock.now())
        work.users.save(meera)
        work.commit()
    for user_id, allowed in (
        (asha.id, role in {Role.OWNER, Role.MANAGER, Role.SUPPORT}),
        (meera.id, role is Role.OWNER),
    ):
        unlock = partial(accounts.unlock, UnlockAccountCommand(actor=actor, user_id=user_id))
        if allowed:
            unlock()
        else:
            with pytest.raises(PermissionDenied):
                unlock()


@pytest.mark.usefixtures("asha")
def test_sign_in_ends_the_oldest_sessions_above_the_bound(accounts: AccountsFixture) -> None:
    pairs = []
    for _ in range(25):
        pairs.append(sign_in(accounts))
        accounts.clock.move(minutes=1)
    for pair in pairs[:5]:
        with pytest.raises(InvalidToken):
            accounts.authenticate(pair.access)
    for pair in pairs[5:]:
        accounts.authenticate(pair.access)


@pytest.mark.usefixtures("asha")
def test_session_ends_after_90_days_however_often_it_is_refreshed(
    accounts: AccountsFixture,
) -> None:
    started_at, pair = accounts.clock.now(), sign_in(accounts)
    for _ in range(14):
        accounts.clock.move(days=6)
        pair = accounts.refresh(RefreshSessionCommand(refresh=pair.refresh))
    accounts.clock.move(days=5, hours=23)
    pair = accounts.refresh(RefreshSessionCommand(refresh=pair.refresh))
    accounts.verify(pair.refresh)
    accounts.clock.move(hours=1)
    assert accounts.clock.now() - started_at == timedelta(days=90)
    with pytest.raises(InvalidToken):
        accounts.verify(pair.refresh)
    with pytest.raises(InvalidToken):
        accounts.refresh(RefreshSessionCommand(refresh=pair.refresh))


def test_events_of_sign_ins(accounts: AccountsFixture, asha: Profile) -> None:
    accounts.store.events.clear()
    for login in ("asha", "unknown"):
        for _ in range(10):
            with pytest.raises(InvalidCredentials):
                sign_in(accounts, "wrong", login=login)
        with pytest.raises(TooManyAttempts):
            sign_in(accounts, "wrong", login=login)
    accounts.unlock(UnlockAccountCommand(actor=SYSTEM, user_id=asha.id))
    sign_in(accounts)
    events = [type(event) for event in accounts.store.events]
    failures = [SignInFailed] * 10 + [SignInDelayed]
    assert events == failures * 2 + [AccountUnlocked, SignedIn]
    users = [getattr(event, "user_id", None) for event in accounts.store.events]
    assert users == [asha.id] * 11 + [None] * 11 + [asha.id] * 2
    delays = [e.seconds for e in accounts.store.events if isinstance(e, SignInDelayed)]
    assert delays == [60, 60]


class FakeSecurityMonitor:
    def __init__(self) -> None:
        self.noticed: list[SecurityEvent] = []

    def notice(self, event: SecurityEvent, context: RequestContext) -> None:
        assert context.actor
        self.noticed.append(event)


def test_denied_access_is_recorded_at_most_30_times_an_hour(accounts: AccountsFixture) -> None:
    monitor = FakeSecurityMonitor()
    record = RecordDeniedAccess(
        begin=accounts.begin,
        throttle=Throttle(accounts.limiter),
        monitor=monitor,
        contexts=accounts.contexts,
        clock=accounts.clock,
    )
    for _ in range(35):
        record(RecordDeniedAccessCommand(user_id=UserId(7), method="GET", route="/admin/staff/"))
    assert [type(event) for event in accounts.store.events] == [AccessDenied] * 30
    assert [type(event) for event in monitor.noticed] == [AccessDenied] * 5
