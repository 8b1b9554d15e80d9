"""Registration, sign-in, refresh and sign-out, as their use cases tell them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from novacart.application.accounts.create_admin import CreateAdminCommand
from novacart.application.accounts.disable_user import AccountOf
from novacart.application.accounts.grant_role import GrantRoleCommand
from novacart.application.accounts.refresh_session import RefreshSessionCommand
from novacart.application.accounts.register_user import RegisterUserCommand
from novacart.application.accounts.sign_in import SignInCommand
from novacart.application.accounts.sign_out import SignOutCommand
from novacart.application.accounts.update_profile import UpdateProfileCommand
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.errors import (
    InvalidDetails,
    LastOwner,
    TokenNotAccepted,
    UsernameTaken,
    WrongCredentials,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import UserId
from tests.fakes.account_security import FakePasswordHasher
from tests.support.accounts_fixture import AccountsWorld
from tests.support.builders.accounts import PASSWORD


@pytest.fixture
def world() -> AccountsWorld:
    return AccountsWorld()


def refreshed(world: AccountsWorld, pair: TokenPair) -> TokenPair:
    return world.refresh(RefreshSessionCommand(refresh=pair.refresh))


def test_whoever_registered_signs_in_by_either_name(world: AccountsWorld) -> None:
    world.person("Asha")
    for login in ("asha", " ASHA ", "Asha@Example.com"):
        assert world.authenticate(world.signed_in(login).access).username == "Asha"


def test_a_registration_names_every_field_that_is_wrong_or_taken(world: AccountsWorld) -> None:
    world.person()
    with pytest.raises(InvalidDetails) as refused:
        world.register(
            RegisterUserCommand(username="ASHA", email="ASHA@example.com", password="12345678")
        )
    assert refused.value.errors["username"] == ("A user with that username already exists.",)
    assert refused.value.errors["email"] == ("A user with that email already exists.",)
    assert "password" in refused.value.errors
    with pytest.raises(InvalidDetails) as refused:
        world.register(RegisterUserCommand(username="a b", email="nowhere", password=PASSWORD))
    assert set(refused.value.errors) == {"username", "email"}


def test_the_hash_is_kept_and_never_the_password(world: AccountsWorld) -> None:
    world.person()
    assert PASSWORD not in repr([vars_of(user) for user in world.store.users.values()])


def vars_of(thing: object) -> list[object]:
    return [getattr(thing, name) for name in type(thing).__slots__]  # type: ignore[attr-defined]


def test_everything_wrong_with_a_sign_in_is_told_alike_after_one_hash(
    world: AccountsWorld,
) -> None:
    world.person()
    world.person("gone")
    world.disable(AccountOf(user_id=world_id(world, "gone")))
    told = set()
    for login, password in (
        ("asha", "wrong"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("asha", ""),
        ("", ""),
        ("asha", "x" * 2000),
    ):
        before = world.hasher.verifications
        with pytest.raises(WrongCredentials) as refused:
            world.sign_in(SignInCommand(login=login, password=password))
        told.add(refused.value.message)
        assert world.hasher.verifications == before + 1
    assert len(told) == 1


def world_id(world: AccountsWorld, username: str) -> UserId:
    return next(user.id for user in world.store.users.values() if user.username.text == username)


def test_an_outdated_hash_is_renewed_at_sign_in_and_sessions_go_on() -> None:
    before = AccountsWorld(hasher=FakePasswordHasher(rounds=1))
    before.person()
    old = next(before.store.users.values()).password_hash
    after = AccountsWorld(store=before.store, hasher=FakePasswordHasher(rounds=2))
    pair = after.signed_in()
    user = next(after.store.users.values())
    assert user.password_hash != old
    assert user.password_generation == 1
    after.authenticate(pair.access)
    after.signed_in()
    assert next(after.store.users.values()).password_hash == user.password_hash


def test_a_refresh_gives_a_new_pair(world: AccountsWorld) -> None:
    world.person()
    first = world.signed_in()
    second = refreshed(world, first)
    assert {first.access, first.refresh}.isdisjoint({second.access, second.refresh})
    world.authenticate(second.access)
    world.verify(second.refresh)


def test_tabs_that_refresh_at_once_all_live_on(world: AccountsWorld) -> None:
    world.person()
    pair = world.signed_in()
    pairs = [refreshed(world, pair) for _ in range(7)]
    world.clock.move(days=1)
    for tab in pairs:
        refreshed(world, tab)


def test_a_stolen_token_ends_the_session_of_thief_and_owner(world: AccountsWorld) -> None:
    world.person()
    stolen = world.signed_in()
    owners = refreshed(world, stolen)
    other = world.signed_in()
    world.clock.move(seconds=11)
    with pytest.raises(TokenNotAccepted):
        world.verify(stolen.refresh)
    world.verify(owners.refresh)
    with pytest.raises(TokenNotAccepted):
        refreshed(world, stolen)
    with pytest.raises(TokenNotAccepted):
        refreshed(world, owners)
    with pytest.raises(TokenNotAccepted):
        world.authenticate(owners.access)
    world.authenticate(other.access)


@pytest.mark.parametrize(
    "end",
    [
        lambda world, pair: world.sign_out(SignOutCommand(refresh=pair.refresh)),
        lambda world, _: world.disable(AccountOf(user_id=world_id(world, "asha"))),
        lambda world, _: change_password(world),
    ],
    ids=["signed-out", "disabled", "new-password"],
)
def test_nothing_is_good_after_the_end(
    world: AccountsWorld, end: Callable[[AccountsWorld, TokenPair], object]
) -> None:
    world.person()
    pair = world.signed_in()
    tab = refreshed(world, pair)
    end(world, pair)
    for token in (pair, tab):
        for use in (
            partial(world.authenticate, token.access),
            partial(world.verify, token.access),
            partial(world.verify, token.refresh),
            partial(refreshed, world, token),
        ):
            with pytest.raises(TokenNotAccepted):
                use()


def change_password(world: AccountsWorld) -> None:
    with world.begin() as work:
        user = work.users.get(world_id(world, "asha"))
        user.change_password(world.hasher.hash("lanterns-by-the-lake"), at=world.clock.now())
        work.users.save(user)
        work.commit()


def test_an_enabled_user_signs_in_anew_and_old_sessions_stay_closed(world: AccountsWorld) -> None:
    who = AccountOf(user_id=world.person().id)
    pair = world.signed_in()
    world.disable(who)
    world.enable(who)
    with pytest.raises(TokenNotAccepted):
        world.authenticate(pair.access)
    world.authenticate(world.signed_in().access)


def test_tokens_end_with_their_lifetime(world: AccountsWorld) -> None:
    world.person()
    pair = world.signed_in()
    world.clock.move(minutes=60)
    with pytest.raises(TokenNotAccepted):
        world.authenticate(pair.access)
    world.verify(pair.refresh)
    world.clock.move(days=7)
    with pytest.raises(TokenNotAccepted):
        refreshed(world, pair)


def test_one_kind_of_token_is_not_taken_for_the_other(world: AccountsWorld) -> None:
    world.person()
    pair = world.signed_in()
    for use in (
        lambda: world.authenticate(pair.refresh),
        lambda: world.refresh(RefreshSessionCommand(refresh=pair.access)),
        lambda: world.sign_out(SignOutCommand(refresh=pair.access)),
    ):
        with pytest.raises(TokenNotAccepted):
            use()


def test_a_token_of_another_family_is_refused(world: AccountsWorld) -> None:
    world.person()
    one, other = world.signed_in(), world.signed_in()
    claims = world.tokens.read(one.refresh)
    crossed = world.tokens.issue(
        replace(claims, token_id=world.tokens.read(other.refresh).token_id)
    )
    lost = world.tokens.issue(replace(claims, family_id=404))
    for token in (crossed, lost):
        with pytest.raises(TokenNotAccepted):
            world.refresh(RefreshSessionCommand(refresh=token))
    with pytest.raises(TokenNotAccepted):
        world.sign_out(SignOutCommand(refresh=lost))


def test_signing_out_twice_is_no_error(world: AccountsWorld) -> None:
    world.person()
    pair = world.signed_in()
    world.sign_out(SignOutCommand(refresh=pair.refresh))
    world.sign_out(SignOutCommand(refresh=pair.refresh))


def test_a_profile_is_changed_and_a_taken_name_is_not(world: AccountsWorld) -> None:
    asha = world.person()
    world.person("ravi")
    changed = world.update_profile(
        UpdateProfileCommand(user_id=asha.id, username="asha.rao", first_name="Asha")
    )
    assert (changed.username, changed.first_name, changed.last_name) == ("asha.rao", "Asha", "")
    with pytest.raises(UsernameTaken):
        world.update_profile(UpdateProfileCommand(user_id=asha.id, username="RAVI"))


def test_roles_count_from_the_next_request_on(world: AccountsWorld) -> None:
    asha = world.person()
    access = world.signed_in().access
    world.grant_role(GrantRoleCommand(user_id=asha.id, role="support"))
    assert world.authenticate(access).is_staff
    with pytest.raises(InvalidValue):
        world.grant_role(GrantRoleCommand(user_id=asha.id, role="king"))


def test_the_last_owner_stays(world: AccountsWorld) -> None:
    owner = world.create_admin(
        CreateAdminCommand(username="boss", email="boss@example.com", password=PASSWORD)
    )
    assert (owner.role, owner.is_staff) == ("owner", True)
    with pytest.raises(LastOwner):
        world.disable(AccountOf(user_id=owner.id))
    with pytest.raises(LastOwner):
        world.grant_role(GrantRoleCommand(user_id=owner.id, role="manager"))
    heir = world.person()
    world.grant_role(GrantRoleCommand(user_id=heir.id, role="owner"))
    assert world.grant_role(GrantRoleCommand(user_id=owner.id, role="customer")).role == "customer"


def test_old_tokens_are_forgotten_a_day_after_their_end(world: AccountsWorld) -> None:
    world.person()
    world.signed_in()
    world.clock.move(days=7)
    assert world.delete_older_than() == 0
    world.clock.move(days=1, seconds=1)
    assert world.delete_older_than() == 1
    assert list(world.store.token_families.values()) == []
