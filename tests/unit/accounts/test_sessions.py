"""Use cases of registration, sign-in, token refresh, sign-out and roles."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from novacart.adapters.system.recent_exchanges import NoRecentExchanges
from novacart.application.accounts.disable_user import DisableUserCommand, EnableUserCommand
from novacart.application.accounts.grant_role import GrantRoleCommand
from novacart.application.accounts.refresh_session import RefreshSessionCommand
from novacart.application.accounts.register_user import RegisterUserCommand
from novacart.application.accounts.sign_in import SignInCommand
from novacart.application.accounts.sign_out import SignOutCommand
from novacart.application.accounts.update_profile import UpdateProfileCommand
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.ports.recent_exchanges import RecentExchanges
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.errors import (
    InvalidCredentials,
    InvalidFields,
    InvalidToken,
    LastOwner,
    UsernameTaken,
    UsernameTooSimilar,
)
from novacart.domain.accounts.password import MAX_LENGTH, normalize_password
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from tests.fakes.account_security import FakePasswordHasher
from tests.fakes.recent_exchanges import ForgedExchanges
from tests.support.accounts_fixture import STAFF_PASSWORD, AccountsFixture
from tests.support.builders.accounts import PASSWORD


@pytest.fixture
def recent() -> RecentExchanges | None:
    return None


@pytest.fixture
def accounts(recent: RecentExchanges | None) -> AccountsFixture:
    return AccountsFixture(recent=recent)


# What the shared cache has makes no difference.
any_recent_exchanges = pytest.mark.parametrize(
    "recent", [None, NoRecentExchanges(), ForgedExchanges()], ids=["kept", "lost", "forged"]
)


def refresh(accounts: AccountsFixture, pair: TokenPair) -> TokenPair:
    return accounts.refresh(RefreshSessionCommand(refresh=pair.refresh))


def test_sign_in_by_username_or_email(accounts: AccountsFixture) -> None:
    accounts.register_user("Asha")
    for login in ("asha", " ASHA ", "Asha@Example.com"):
        assert accounts.authenticate(accounts.start_session(login).access).username == "Asha"


def test_password_that_is_short_enough_once_composed_is_accepted_at_sign_in(
    accounts: AccountsFixture,
) -> None:
    decomposed = "".join(f"{letter}\u0301" for letter in "aceilnorsuyz" * 20)
    assert len(normalize_password(decomposed)) <= MAX_LENGTH < len(decomposed)
    accounts.register(
        RegisterUserCommand(username="asha", email="asha@example.com", password=decomposed)
    )
    access = accounts.start_session(password=decomposed).access
    assert accounts.authenticate(access).username == "asha"


def test_registration_error_names_every_invalid_or_taken_field(accounts: AccountsFixture) -> None:
    accounts.register_user()
    with pytest.raises(InvalidFields) as error:
        accounts.register(
            RegisterUserCommand(username="ASHA", email="ASHA@example.com", password="12345678")
        )
    assert error.value.errors["username"] == ("A user with that username already exists.",)
    assert error.value.errors["email"] == ("A user with that email already exists.",)
    assert "password" in error.value.errors
    with pytest.raises(InvalidFields) as error:
        accounts.register(RegisterUserCommand(username="a b", email="nowhere", password=PASSWORD))
    assert set(error.value.errors) == {"username", "email"}


def test_password_is_not_stored(accounts: AccountsFixture) -> None:
    accounts.register_user()
    assert PASSWORD not in repr([slot_values(user) for user in accounts.store.users.values()])


def slot_values(instance: object) -> list[object]:
    return [getattr(instance, name) for name in type(instance).__slots__]  # type: ignore[attr-defined]


def test_failed_sign_ins_have_one_message_and_compute_one_hash(
    accounts: AccountsFixture,
) -> None:
    accounts.register_user()
    accounts.register_user("disabled")
    disable(accounts, "disabled")
    messages = set()
    for login, password in (
        ("asha", "wrong"),
        ("unknown", PASSWORD),
        ("disabled", PASSWORD),
        ("asha", ""),
        ("", ""),
        ("asha", "x" * 2000),
    ):
        before = accounts.hasher.verifications
        with pytest.raises(InvalidCredentials) as error:
            accounts.sign_in(SignInCommand(login=login, password=password))
        messages.add(error.value.message)
        assert accounts.hasher.verifications == before + 1
    assert len(messages) == 1


def disable(accounts: AccountsFixture, username: str) -> None:
    accounts.disable(DisableUserCommand(user_id=user_id(accounts, username), actor=SYSTEM))


def user_id(accounts: AccountsFixture, username: str) -> UserId:
    return next(user.id for user in accounts.store.users.values() if user.username.text == username)


def test_sign_in_replaces_outdated_hash_and_keeps_sessions() -> None:
    before = AccountsFixture(hasher=FakePasswordHasher(rounds=1))
    before.register_user()
    old = next(before.store.users.values()).password_hash
    after = AccountsFixture(store=before.store, hasher=FakePasswordHasher(rounds=2))
    pair = after.start_session()
    user = next(after.store.users.values())
    assert user.password_hash != old
    assert user.password_generation == 1
    after.authenticate(pair.access)
    after.start_session()
    assert next(after.store.users.values()).password_hash == user.password_hash


@any_recent_exchanges
def test_refresh_returns_new_pair(accounts: AccountsFixture) -> None:
    accounts.register_user()
    first = accounts.start_session()
    second = refresh(accounts, first)
    assert {first.access, first.refresh}.isdisjoint({second.access, second.refresh})
    accounts.authenticate(second.access)
    accounts.verify(second.refresh)


@any_recent_exchanges
def test_successors_of_one_token_stay_valid(accounts: AccountsFixture) -> None:
    accounts.register_user()
    pair = accounts.start_session()
    pairs = [refresh(accounts, pair) for _ in range(7)]
    accounts.clock.move(days=1)
    for tab in pairs:
        refresh(accounts, tab)
        accounts.clock.move(seconds=11)


@any_recent_exchanges
def test_reused_token_ends_the_session(accounts: AccountsFixture) -> None:
    accounts.register_user()
    stolen = accounts.start_session()
    successor = refresh(accounts, stolen)
    other = accounts.start_session()
    accounts.clock.move(seconds=11)
    with pytest.raises(InvalidToken):
        accounts.verify(stolen.refresh)
    accounts.verify(successor.refresh)
    with pytest.raises(InvalidToken):
        refresh(accounts, stolen)
    with pytest.raises(InvalidToken):
        refresh(accounts, successor)
    with pytest.raises(InvalidToken):
        accounts.authenticate(successor.access)
    accounts.authenticate(other.access)


@any_recent_exchanges
@pytest.mark.parametrize(
    "end",
    [
        lambda accounts, pair: accounts.sign_out(SignOutCommand(refresh=pair.refresh)),
        lambda accounts, _: accounts.disable(
            DisableUserCommand(user_id=user_id(accounts, "asha"), actor=SYSTEM)
        ),
        lambda accounts, _: change_password(accounts),
    ],
    ids=["signed-out", "disabled", "new-password"],
)
def test_no_token_is_valid_after_the_session_ended(
    accounts: AccountsFixture, end: Callable[[AccountsFixture, TokenPair], object]
) -> None:
    accounts.register_user()
    pair = accounts.start_session()
    tab = refresh(accounts, pair)
    end(accounts, pair)
    for token in (pair, tab):
        for use in (
            partial(accounts.authenticate, token.access),
            partial(accounts.verify, token.access),
            partial(accounts.verify, token.refresh),
            partial(refresh, accounts, token),
        ):
            with pytest.raises(InvalidToken):
                use()


@any_recent_exchanges
def test_refreshing_does_not_extend_a_session_beyond_its_lifetime(
    accounts: AccountsFixture,
) -> None:
    accounts.register_user()
    pairs = [accounts.start_session()]
    # The last refresh is on day 84.
    for _ in range(14):
        accounts.clock.move(days=6)
        pairs = [refresh(accounts, pairs[0]) for _ in range(2)]
    accounts.clock.move(days=6, seconds=-1)
    for pair in pairs:
        accounts.verify(pair.refresh)
    accounts.clock.move(seconds=1)
    for pair in pairs:
        with pytest.raises(InvalidToken):
            refresh(accounts, pair)


def change_password(accounts: AccountsFixture) -> None:
    with accounts.begin() as work:
        user = work.users.get(user_id(accounts, "asha"))
        user.change_password(accounts.hasher.hash("lanterns-by-the-lake"), at=accounts.clock.now())
        work.users.save(user)
        work.commit()


def test_enabled_user_can_sign_in_but_old_sessions_stay_ended(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    pair = accounts.start_session()
    accounts.disable(DisableUserCommand(user_id=asha.id, actor=SYSTEM))
    accounts.enable(EnableUserCommand(user_id=asha.id, actor=SYSTEM))
    with pytest.raises(InvalidToken):
        accounts.authenticate(pair.access)
    accounts.authenticate(accounts.start_session().access)


def test_access_tokens_expire_after_an_hour_and_refresh_tokens_after_a_week(
    accounts: AccountsFixture,
) -> None:
    accounts.register_user()
    pair = accounts.start_session()
    accounts.clock.move(minutes=60)
    with pytest.raises(InvalidToken):
        accounts.authenticate(pair.access)
    accounts.verify(pair.refresh)
    accounts.clock.move(days=7)
    with pytest.raises(InvalidToken):
        refresh(accounts, pair)


def test_token_of_wrong_kind_raises(accounts: AccountsFixture) -> None:
    accounts.register_user()
    pair = accounts.start_session()
    for use in (
        lambda: accounts.authenticate(pair.refresh),
        lambda: accounts.refresh(RefreshSessionCommand(refresh=pair.access)),
        lambda: accounts.sign_out(SignOutCommand(refresh=pair.access)),
    ):
        with pytest.raises(InvalidToken):
            use()


@any_recent_exchanges
def test_token_of_another_family_raises(accounts: AccountsFixture) -> None:
    accounts.register_user()
    one, other = accounts.start_session(), accounts.start_session()
    claims = accounts.tokens.read(one.refresh)
    mixed = accounts.tokens.issue(
        replace(claims, token_id=accounts.tokens.read(other.refresh).token_id)
    )
    unknown = accounts.tokens.issue(replace(claims, family_id=404))
    for token in (mixed, unknown):
        with pytest.raises(InvalidToken):
            accounts.refresh(RefreshSessionCommand(refresh=token))
    with pytest.raises(InvalidToken):
        accounts.sign_out(SignOutCommand(refresh=unknown))


def test_sign_out_is_idempotent(accounts: AccountsFixture) -> None:
    accounts.register_user()
    pair = accounts.start_session()
    for _ in range(2):
        accounts.sign_out(SignOutCommand(refresh=pair.refresh))
        with pytest.raises(InvalidToken):
            accounts.authenticate(pair.access)


def test_update_profile_changes_names_and_rejects_taken_username(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    accounts.register_user("ravi")
    changed = accounts.update_profile(
        UpdateProfileCommand(user_id=asha.id, username="asha.rao", first_name="Asha")
    )
    assert (changed.username, changed.first_name, changed.last_name) == ("asha.rao", "Asha", "")
    with pytest.raises(UsernameTaken):
        accounts.update_profile(UpdateProfileCommand(user_id=asha.id, username="RAVI"))


def test_username_that_looks_like_another_is_rejected(accounts: AccountsFixture) -> None:
    accounts.register_user("admin")
    ravi = accounts.register_user("ravi")
    with pytest.raises(InvalidFields) as error:
        accounts.register_user("adrnin")
    assert error.value.errors == {"username": (UsernameTooSimilar().message,)}
    with pytest.raises(UsernameTooSimilar):
        accounts.update_profile(UpdateProfileCommand(user_id=ravi.id, username="ADRNIN"))
    # One's own username may be replaced by one that looks like it.
    changed = accounts.update_profile(UpdateProfileCommand(user_id=ravi.id, username="rav\u00ed"))
    assert (
        accounts.update_profile(UpdateProfileCommand(user_id=ravi.id, username="ravi")).username
        == "ravi"
        != changed.username
    )


def test_session_of_a_customer_who_becomes_staff_ends(accounts: AccountsFixture) -> None:
    # It may have started with a password that is too short for staff.
    asha = accounts.register_user()
    tokens = accounts.start_session()
    accounts.grant_role(GrantRoleCommand(user_id=asha.id, role=Role.SUPPORT, actor=SYSTEM))
    with pytest.raises(InvalidToken):
        accounts.authenticate(tokens.access)
    with pytest.raises(InvalidToken):
        refresh(accounts, tokens)


def test_another_staff_role_applies_to_existing_session(accounts: AccountsFixture) -> None:
    meera = accounts.register_staff()
    assert meera.user_id is not None
    access = accounts.sign_in(SignInCommand(login="meera", password=STAFF_PASSWORD)).access
    accounts.grant_role(GrantRoleCommand(user_id=meera.user_id, role=Role.SUPPORT, actor=SYSTEM))
    assert accounts.authenticate(access).role is Role.SUPPORT
    accounts.grant_role(GrantRoleCommand(user_id=meera.user_id, role=Role.CUSTOMER, actor=SYSTEM))
    assert not accounts.authenticate(access).is_staff


def test_last_owner_can_neither_be_disabled_nor_lose_the_role(accounts: AccountsFixture) -> None:
    owner = accounts.register(
        RegisterUserCommand(
            username="boss",
            email="boss@example.com",
            password=PASSWORD,
            role=Role.OWNER,
            actor=SYSTEM,
        )
    )
    assert (owner.role, owner.is_staff) == (Role.OWNER, True)
    with pytest.raises(LastOwner):
        accounts.disable(DisableUserCommand(user_id=owner.id, actor=SYSTEM))
    with pytest.raises(LastOwner):
        accounts.grant_role(GrantRoleCommand(user_id=owner.id, role=Role.MANAGER, actor=SYSTEM))
    second = accounts.register_user()
    accounts.grant_role(GrantRoleCommand(user_id=second.id, role=Role.OWNER, actor=SYSTEM))
    former = accounts.grant_role(
        GrantRoleCommand(user_id=owner.id, role=Role.CUSTOMER, actor=SYSTEM)
    )
    assert former.role is Role.CUSTOMER


STAFF_ID = UserId(999)


@pytest.mark.parametrize("role", Role)
def test_only_owner_grants_roles(accounts: AccountsFixture, role: Role) -> None:
    actor = Actor(user_id=STAFF_ID, role=role, authenticated_at=accounts.clock.now())
    asha = accounts.register_user()
    grant = GrantRoleCommand(user_id=asha.id, role=Role.SUPPORT, actor=actor)
    if role is Role.OWNER:
        assert accounts.grant_role(grant).role is Role.SUPPORT
    else:
        with pytest.raises(PermissionDenied):
            accounts.grant_role(grant)


@pytest.mark.parametrize("role", Role)
def test_staff_register_no_staff(accounts: AccountsFixture, role: Role) -> None:
    actor = Actor(user_id=STAFF_ID, role=role, authenticated_at=accounts.clock.now())
    with pytest.raises(PermissionDenied):
        accounts.register(
            RegisterUserCommand(
                username="new",
                email="new@example.com",
                password=PASSWORD,
                role=Role.SUPPORT,
                actor=actor,
            )
        )


def test_registration_with_staff_role_needs_an_actor(accounts: AccountsFixture) -> None:
    with pytest.raises(PermissionDenied):
        accounts.register(
            RegisterUserCommand(
                username="new", email="new@example.com", password=PASSWORD, role=Role.OWNER
            )
        )


@pytest.mark.parametrize("role", Role)
def test_manager_disables_customers_and_owner_also_staff(
    accounts: AccountsFixture, role: Role
) -> None:
    actor = Actor(user_id=STAFF_ID, role=role)
    customer, staff = accounts.register_user(), accounts.register_user("meera")
    accounts.grant_role(GrantRoleCommand(user_id=staff.id, role=Role.SUPPORT, actor=SYSTEM))
    for user, allowed in (
        (customer, role in {Role.OWNER, Role.MANAGER}),
        (staff, role is Role.OWNER),
    ):
        for use_case in (
            partial(accounts.disable, DisableUserCommand(user_id=user.id, actor=actor)),
            partial(accounts.enable, EnableUserCommand(user_id=user.id, actor=actor)),
        ):
            if allowed:
                use_case()
            else:
                with pytest.raises(PermissionDenied):
                    use_case()


def test_staff_cannot_disable_their_own_account(accounts: AccountsFixture) -> None:
    asha = accounts.register_user()
    accounts.grant_role(GrantRoleCommand(user_id=asha.id, role=Role.OWNER, actor=SYSTEM))
    actor = Actor(user_id=asha.id, role=Role.OWNER)
    with pytest.raises(PermissionDenied, match="your own account"):
        accounts.disable(DisableUserCommand(user_id=asha.id, actor=actor))


def test_expired_tokens_are_deleted_after_a_day(accounts: AccountsFixture) -> None:
    accounts.register_user()
    accounts.start_session()
    accounts.clock.move(days=7)
    # The verification link has expired.
    assert accounts.delete_old_tokens() == 1
    accounts.clock.move(days=1, seconds=1)
    assert accounts.delete_old_tokens() == 1
    assert list(accounts.store.token_families.values()) == []
