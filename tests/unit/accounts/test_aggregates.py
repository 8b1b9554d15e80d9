"""Users, families of tokens, resets and address books keep their own rules."""

from datetime import timedelta

import pytest

from novacart.domain.accounts.address_book import MAX_ADDRESSES, AddressBook
from novacart.domain.accounts.errors import (
    AddressBookIsFull,
    AddressNotFound,
    InvalidDetails,
    ResetTokenNotAccepted,
    TokenNotAccepted,
)
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, UserId
from tests.support.builders.accounts import NOON, WEEK, a_family, a_user, address_details

LEEWAY = timedelta(seconds=10)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def rotate(family: TokenFamily, token: str, successor: str, after: timedelta) -> bool:
    return family.rotate(
        token, successor_id=successor, at=NOON + after, lifetime=WEEK, leeway=LEEWAY
    )


def test_a_new_user_is_an_active_customer() -> None:
    user = a_user()
    assert user.is_active
    assert not user.is_staff
    assert user.password_generation == 1
    assert [event.name for event in user.collect_events()] == ["accounts.user_registered"]


def test_a_profile_is_changed_in_part() -> None:
    user = a_user(username="asha")
    user.collect_events()
    user.change_profile(first_name=" Asha ", at=NOON)
    assert (user.username.text, user.first_name, user.last_name) == ("asha", "Asha", "")
    assert [event.name for event in user.collect_events()] == ["accounts.profile_changed"]


def test_a_profile_that_stays_the_same_is_no_news() -> None:
    user = a_user(username="asha")
    user.collect_events()
    user.change_profile(username="asha", first_name="", at=NOON)
    assert user.collect_events() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "a b"),
        ("username", "other@example.com"),
        ("first_name", "x" * 151),
        ("last_name", "x\ny"),
    ],
)
def test_a_bad_name_changes_nothing(field: str, value: str) -> None:
    user = a_user(username="asha")
    given = {"username": "ravi", "first_name": "Ravi", "last_name": "Rao"} | {field: value}
    with pytest.raises(InvalidValue) as refused:
        user.change_profile(**given, at=NOON)
    assert refused.value.field == field
    assert (user.username.text, user.first_name, user.last_name) == ("asha", "", "")


def test_a_new_password_is_a_new_generation_and_a_stronger_hash_is_not() -> None:
    user = a_user()
    user.strengthen_hash("stronger")
    assert (user.password_hash, user.password_generation) == ("stronger", 1)
    user.change_password("new", at=NOON + HOUR)
    assert (user.password_hash, user.password_generation) == ("new", 2)
    assert user.password_changed_at == NOON + HOUR


def test_disabling_enabling_and_roles_are_told_once() -> None:
    user = a_user()
    user.collect_events()
    for _ in range(2):
        user.disable(at=NOON)
    for _ in range(2):
        user.enable(at=NOON)
    for _ in range(2):
        user.grant_role(Role.CATALOG, at=NOON)
    assert [event.name for event in user.collect_events()] == [
        "accounts.user_disabled",
        "accounts.user_enabled",
        "accounts.role_granted",
    ]
    assert user.is_staff


def test_a_token_is_exchanged_for_its_successor() -> None:
    family = a_family(7, UserId(1))
    assert rotate(family, "first", "second", HOUR)
    assert rotate(family, "second", "third", 2 * HOUR)
    assert [token.rotated_at for token in family.tokens] == [NOON + HOUR, NOON + 2 * HOUR, None]
    assert family.tokens[-1].expires_at == NOON + 2 * HOUR + WEEK


def test_tabs_that_share_a_token_within_the_leeway_all_go_on() -> None:
    family = a_family(7, UserId(1))
    for number in range(20):
        assert rotate(family, "first", f"tab-{number}", HOUR + LEEWAY * number / 20)
    assert rotate(family, "first", "last", HOUR + LEEWAY)
    # A client keeps whichever answer came last: each is good for its own life.
    for number in range(20):
        assert rotate(family, f"tab-{number}", f"later-{number}", timedelta(days=6))


def test_the_leeway_runs_from_the_first_use() -> None:
    family = a_family(7, UserId(1))
    rotate(family, "first", "second", HOUR)
    rotate(family, "first", "third", HOUR + LEEWAY)
    assert not rotate(family, "first", "fourth", HOUR + LEEWAY + MOMENT)


def test_a_token_that_comes_back_after_the_leeway_ends_its_family() -> None:
    family = a_family(7, UserId(1))
    rotate(family, "first", "second", HOUR)
    assert not rotate(family, "first", "stolen", HOUR + LEEWAY + MOMENT)
    assert family.revoked_at == NOON + HOUR + LEEWAY + MOMENT
    assert [event.name for event in family.collect_events()] == ["accounts.refresh_token_reused"]
    assert "stolen" not in {token.id for token in family.tokens}
    with pytest.raises(TokenNotAccepted):
        rotate(family, "second", "third", 2 * HOUR)


@pytest.mark.parametrize(("token", "after"), [("unknown", HOUR), ("first", WEEK)])
def test_an_unknown_or_expired_token_is_refused(token: str, after: timedelta) -> None:
    family = a_family(7, UserId(1))
    with pytest.raises(TokenNotAccepted):
        rotate(family, token, "second", after)
    assert family.revoked_at is None


def test_signing_out_again_changes_nothing() -> None:
    family = a_family(7, UserId(1))
    family.revoke(at=NOON)
    family.revoke(at=NOON + HOUR)
    assert family.revoked_at == NOON


def an_issued_reset() -> PasswordReset:
    reset = PasswordReset.request(id=5, email_key="asha@example.com", at=NOON)
    reset.issue(
        user_id=UserId(1), token_hash="d" * 64, password_generation=3, at=NOON, lifetime=HOUR
    )
    return reset


def test_a_reset_is_used_once() -> None:
    reset = an_issued_reset()
    reset.use(password_generation=3, at=NOON + HOUR - MOMENT)
    assert reset.used_at == NOON + HOUR - MOMENT
    with pytest.raises(ResetTokenNotAccepted):
        reset.use(password_generation=3, at=NOON)
    with pytest.raises(ResetTokenNotAccepted):
        reset.issue(
            user_id=UserId(1), token_hash="d" * 64, password_generation=3, at=NOON, lifetime=HOUR
        )


@pytest.mark.parametrize(("generation", "after"), [(3, HOUR), (4, timedelta())])
def test_a_reset_ends_after_its_hour_or_with_the_password(
    generation: int, after: timedelta
) -> None:
    with pytest.raises(ResetTokenNotAccepted):
        an_issued_reset().use(password_generation=generation, at=NOON + after)


def test_a_request_that_nobody_answered_is_no_reset() -> None:
    with pytest.raises(ResetTokenNotAccepted):
        PasswordReset.request(id=5, email_key="x@example.com", at=NOON).use(
            password_generation=1, at=NOON
        )


def defaults(book: AddressBook) -> list[int]:
    return [entry.id for entry in book.addresses if entry.is_default]


def test_the_first_address_is_the_default_and_the_next_is_not() -> None:
    book = AddressBook(user_id=UserId(1))
    book.add(AddressId(1), address_details(), at=NOON)
    book.add(AddressId(2), address_details(), at=NOON)
    assert defaults(book) == [1]
    assert book.default is book.get(AddressId(1))


def test_its_owner_may_say_otherwise() -> None:
    book = AddressBook(user_id=UserId(1))
    book.add(AddressId(1), address_details(), is_default=False, at=NOON)
    assert defaults(book) == []
    book.add(AddressId(2), address_details(), is_default=True, at=NOON)
    book.add(AddressId(3), address_details(), is_default=True, at=NOON)
    assert defaults(book) == [3]
    book.make_default(AddressId(1))
    assert defaults(book) == [1]
    book.change(AddressId(1), address_details(name="Me"))
    assert defaults(book) == [1]
    book.change(AddressId(1), address_details(), is_default=False)
    assert defaults(book) == []


def test_no_other_address_takes_the_place_of_a_default_that_is_removed() -> None:
    book = AddressBook(user_id=UserId(1))
    book.add(AddressId(1), address_details(), at=NOON)
    book.add(AddressId(2), address_details(), at=NOON)
    book.remove(AddressId(1))
    assert book.default is None


def test_what_is_not_in_the_book_is_not_found() -> None:
    book = AddressBook(user_id=UserId(1))
    for act in (book.get, book.remove, book.make_default):
        with pytest.raises(AddressNotFound):
            act(AddressId(1))


def test_a_book_ends_somewhere() -> None:
    book = AddressBook(user_id=UserId(1))
    for number in range(MAX_ADDRESSES):
        book.add(AddressId(number), address_details(), at=NOON)
    with pytest.raises(AddressBookIsFull):
        book.add(AddressId(999), address_details(), at=NOON)


@pytest.mark.parametrize("mobile", ["9000000001", "919000000001", "0919000000001"])
def test_a_mobile_number_has_10_12_or_13_digits(mobile: str) -> None:
    assert address_details(mobile=mobile).mobile == mobile


@pytest.mark.parametrize(
    "mobile",
    ["", "900000000", "90000000012", "09190000000012", "90000 0001", "+91900000001", "९०००००००००"],
)
def test_any_other_mobile_number_is_refused(mobile: str) -> None:
    with pytest.raises(InvalidDetails) as refused:
        address_details(mobile=mobile)
    assert set(refused.value.errors) == {"mobile"}


@pytest.mark.parametrize("pincode", ["", "56000", "5600011", "56000a", "५६०००१", "56 001"])
def test_a_pincode_has_six_digits(pincode: str) -> None:
    with pytest.raises(InvalidDetails) as refused:
        address_details(pincode=pincode)
    assert set(refused.value.errors) == {"pincode"}


def test_every_bad_line_is_named_at_once() -> None:
    with pytest.raises(InvalidDetails) as refused:
        address_details(name=" ", town="x" * 101, pincode="1")
    assert set(refused.value.errors) == {"name", "town", "pincode"}
    assert refused.value.details["errors"] == {
        field: list(said) for field, said in refused.value.errors.items()
    }


def test_spaces_around_a_line_are_dropped() -> None:
    assert address_details(name="  Asha Rao ").name == "Asha Rao"
