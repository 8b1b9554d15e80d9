"""Rules of users, token families, password resets and address books."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from novacart.domain.accounts.address import MAX_LENGTHS
from novacart.domain.accounts.address_book import MAX_ADDRESSES, AddressBook
from novacart.domain.accounts.errors import (
    AddressBookFull,
    AddressNotFound,
    InvalidFields,
    InvalidResetToken,
    InvalidToken,
    LastOwner,
)
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.user import User
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, UserId
from tests.support.builders.accounts import NOON, SESSION, WEEK, a_family, a_user, address_details

LEEWAY = timedelta(seconds=10)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def rotate(family: TokenFamily, token: str, successor: str, after: timedelta) -> bool:
    return family.rotate(
        token,
        successor_id=successor,
        at=NOON + after,
        lifetime=WEEK,
        leeway=LEEWAY,
        session_lifetime=SESSION,
    )


def test_registered_user_is_active_customer() -> None:
    user = a_user()
    assert user.is_active
    assert not user.is_staff
    assert (user.password_generation, user.password_changed_at) == (1, NOON)
    assert [event.name for event in user.collect_events()] == ["accounts.user_registered"]


def test_name_of_a_new_user_is_checked() -> None:
    register = partial(
        User.register,
        id=UserId(1),
        username=a_user().username,
        email=a_user().email,
        password_hash="hash",
        at=NOON,
    )
    with pytest.raises(InvalidValue) as error:
        register(first_name="x" * 151)
    assert error.value.field == "first_name"
    with pytest.raises(InvalidValue) as error:
        register(last_name="x" * 151)
    assert error.value.field == "last_name"


def test_change_profile_keeps_fields_left_out() -> None:
    user = a_user(username="asha")
    user.collect_events()
    user.change_profile(first_name=" Asha ", at=NOON)
    assert (user.username.text, user.first_name, user.last_name) == ("asha", "Asha", "")
    assert [event.name for event in user.collect_events()] == ["accounts.profile_changed"]


def test_unchanged_profile_records_no_event() -> None:
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
def test_change_profile_with_invalid_field_changes_nothing(field: str, value: str) -> None:
    user = a_user(username="asha")
    given = {"username": "ravi", "first_name": "Ravi", "last_name": "Rao"} | {field: value}
    with pytest.raises(InvalidValue) as error:
        user.change_profile(**given, at=NOON)
    assert error.value.field == field
    assert (user.username.text, user.first_name, user.last_name) == ("asha", "", "")


def test_change_password_starts_new_generation_but_rehash_does_not() -> None:
    user = a_user()
    user.rehash_password("rehashed")
    assert (user.password_hash, user.password_generation) == ("rehashed", 1)
    user.change_password("new", at=NOON + HOUR)
    assert (user.password_hash, user.password_generation) == ("new", 2)
    assert user.password_changed_at == NOON + HOUR


def test_disable_enable_and_grant_role_are_idempotent() -> None:
    user = a_user()
    user.collect_events()
    for _ in range(2):
        user.disable(active_owners=(), at=NOON)
    for _ in range(2):
        user.enable(at=NOON)
    for _ in range(2):
        user.grant_role(Role.CATALOG, active_owners=(), at=NOON)
    assert [event.name for event in user.collect_events()] == [
        "accounts.user_disabled",
        "accounts.user_enabled",
        "accounts.role_granted",
    ]
    assert user.is_staff


def test_only_active_owner_keeps_account_and_role() -> None:
    owner = a_user(7)
    owner.grant_role(Role.OWNER, active_owners=(), at=NOON)
    with pytest.raises(LastOwner):
        owner.disable(active_owners=[owner.id], at=NOON)
    with pytest.raises(LastOwner):
        owner.grant_role(Role.MANAGER, active_owners=[owner.id], at=NOON)
    assert (owner.is_active, owner.role) == (True, Role.OWNER)
    owner.grant_role(Role.OWNER, active_owners=[owner.id], at=NOON)
    owner.disable(active_owners=[owner.id, UserId(8)], at=NOON)
    assert not owner.is_active


def test_rotate_adds_successor_and_marks_token() -> None:
    family = a_family(7, UserId(1))
    assert rotate(family, "first", "second", HOUR)
    assert rotate(family, "second", "third", 2 * HOUR)
    assert [token.rotated_at for token in family.tokens] == [NOON + HOUR, NOON + 2 * HOUR, None]
    assert family.tokens[-1].expires_at == NOON + 2 * HOUR + WEEK


def test_token_can_be_rotated_repeatedly_within_leeway() -> None:
    family = a_family(7, UserId(1))
    for number in range(20):
        assert rotate(family, "first", f"tab-{number}", HOUR + LEEWAY * number / 20)
    assert rotate(family, "first", "last", HOUR + LEEWAY)
    # A client may keep any of the successors, so each is valid until it expires.
    for number in range(20):
        assert rotate(family, f"tab-{number}", f"later-{number}", timedelta(days=6))


def test_leeway_starts_at_first_use() -> None:
    family = a_family(7, UserId(1))
    rotate(family, "first", "second", HOUR)
    rotate(family, "first", "third", HOUR + LEEWAY)
    assert not rotate(family, "first", "fourth", HOUR + LEEWAY + MOMENT)


def test_rotate_after_leeway_revokes_family() -> None:
    family = a_family(7, UserId(1))
    family.collect_events()
    rotate(family, "first", "second", HOUR)
    assert not rotate(family, "first", "stolen", HOUR + LEEWAY + MOMENT)
    assert family.revoked_at == NOON + HOUR + LEEWAY + MOMENT
    assert [event.name for event in family.collect_events()] == ["accounts.refresh_token_reused"]
    assert "stolen" not in {token.id for token in family.tokens}
    with pytest.raises(InvalidToken):
        rotate(family, "second", "third", 2 * HOUR)


@pytest.mark.parametrize(("token", "after"), [("unknown", HOUR), ("first", WEEK)])
def test_rotate_unknown_or_expired_token_raises(token: str, after: timedelta) -> None:
    family = a_family(7, UserId(1))
    with pytest.raises(InvalidToken):
        rotate(family, token, "second", after)
    assert family.revoked_at is None


def test_revoke_is_idempotent() -> None:
    family = a_family(7, UserId(1))
    family.revoke(at=NOON)
    family.revoke(at=NOON + HOUR)
    assert family.revoked_at == NOON


def issued_reset() -> PasswordReset:
    reset = PasswordReset.request(id=5, email_key="asha@example.com", at=NOON)
    reset.issue(user_id=UserId(1), token_hash="d" * 64, password_generation=3, at=NOON)
    return reset


def test_reset_can_be_used_once() -> None:
    reset = issued_reset()
    reset.use(password_generation=3, at=NOON + HOUR - MOMENT)
    assert reset.used_at == NOON + HOUR - MOMENT
    with pytest.raises(InvalidResetToken):
        reset.use(password_generation=3, at=NOON)
    with pytest.raises(InvalidResetToken):
        reset.issue(user_id=UserId(1), token_hash="d" * 64, password_generation=3, at=NOON)


@pytest.mark.parametrize(("generation", "after"), [(3, HOUR), (4, timedelta())])
def test_use_after_expiry_or_password_change_raises(generation: int, after: timedelta) -> None:
    with pytest.raises(InvalidResetToken):
        issued_reset().use(password_generation=generation, at=NOON + after)


def test_use_before_issue_raises() -> None:
    with pytest.raises(InvalidResetToken):
        PasswordReset.request(id=5, email_key="x@example.com", at=NOON).use(
            password_generation=1, at=NOON
        )


def defaults(book: AddressBook) -> list[int]:
    return [address.id for address in book.addresses if address.is_default]


def test_only_first_address_becomes_default() -> None:
    book = AddressBook(user_id=UserId(1))
    first = book.add(AddressId(1), address_details(), at=NOON)
    assert (first.is_default, first.created_at) == (True, NOON)
    book.add(AddressId(2), address_details(), at=NOON)
    assert defaults(book) == [1]
    assert book.default is book.get(AddressId(1))


def test_is_default_overrides_and_moves_the_default() -> None:
    book = AddressBook(user_id=UserId(1))
    book.add(AddressId(1), address_details(), is_default=False, at=NOON)
    assert defaults(book) == []
    book.add(AddressId(2), address_details(), is_default=True, at=NOON)
    book.add(AddressId(3), address_details(), is_default=True, at=NOON)
    assert [address.is_default for address in book.addresses] == [False, False, True]
    before = book.get(AddressId(1)).details
    book.set_default(AddressId(1))
    assert defaults(book) == [1]
    assert book.get(AddressId(1)).details == before
    book.update(AddressId(1), address_details(name="Me"))
    assert defaults(book) == [1]
    book.update(AddressId(1), address_details(), is_default=False)
    assert defaults(book) == []


def test_removing_default_leaves_no_default() -> None:
    book = AddressBook(user_id=UserId(1))
    book.add(AddressId(1), address_details(), at=NOON)
    book.add(AddressId(2), address_details(), at=NOON)
    book.remove(AddressId(1))
    assert book.default is None


def test_unknown_address_raises() -> None:
    book = AddressBook(user_id=UserId(1))
    for method in (book.get, book.remove, book.set_default):
        with pytest.raises(AddressNotFound):
            method(AddressId(1))


def test_add_to_full_address_book_raises() -> None:
    book = AddressBook(user_id=UserId(1))
    for number in range(MAX_ADDRESSES):
        book.add(AddressId(number), address_details(), at=NOON)
    with pytest.raises(AddressBookFull, match=str(MAX_ADDRESSES)):
        book.add(AddressId(999), address_details(), at=NOON)


@pytest.mark.parametrize("mobile", ["9000000001", "919000000001", "0919000000001"])
def test_mobile_with_10_12_or_13_digits_is_valid(mobile: str) -> None:
    assert address_details(mobile=mobile).mobile == mobile


@pytest.mark.parametrize(
    "mobile",
    [
        "",
        "900000000",
        "90000000012",
        "09190000000012",
        "९०००००००००",
        "9+000000001",
        "++9000000001",
        "+",
        "90000/00001",
    ],
)
def test_other_mobile_raises(mobile: str) -> None:
    with pytest.raises(InvalidFields) as error:
        address_details(mobile=mobile)
    assert set(error.value.errors) == {"mobile"}


@pytest.mark.parametrize(
    ("mobile", "digits"),
    [
        ("+91 90000 00009", "919000000009"),
        (" 90000-00009 ", "9000000009"),
        ("+91\u00a090000\u201100009", "919000000009"),
        ("0 91-9000 0000 09", "0919000000009"),
    ],
)
def test_mobile_is_stored_in_digits(mobile: str, digits: str) -> None:
    assert address_details(mobile=mobile).mobile == digits


@pytest.mark.parametrize("pincode", ["", "56000", "5600011", "56000a", "५६०००१", "56 001"])
def test_pincode_without_six_digits_raises(pincode: str) -> None:
    with pytest.raises(InvalidFields) as error:
        address_details(pincode=pincode)
    assert set(error.value.errors) == {"pincode"}


def test_error_names_every_invalid_field() -> None:
    with pytest.raises(InvalidFields) as error:
        address_details(name=" ", town="x" * 101, pincode="1")
    assert set(error.value.errors) == {"name", "town", "pincode"}
    assert error.value.details["errors"] == {
        field: list(messages) for field, messages in error.value.errors.items()
    }


def test_surrounding_spaces_are_stripped() -> None:
    details = address_details(name="  Asha Rao ", pincode=" 560001\u00a0", town="\tPune\n")
    assert (details.name, details.pincode, details.town) == ("Asha Rao", "560001", "Pune")


@pytest.mark.parametrize("field", MAX_LENGTHS)
def test_lengths_of_an_address_are_inclusive(field: str) -> None:
    longest = "x" * MAX_LENGTHS[field]
    assert getattr(address_details().change({field: longest}), field) == longest
    with pytest.raises(InvalidFields) as error:
        address_details().change({field: f"{longest}x"})
    assert set(error.value.errors) == {field}


def test_only_the_street_has_line_breaks() -> None:
    assert address_details(address="Second floor\r\nResidency Road\n").address == (
        "Second floor\nResidency Road"
    )
    with pytest.raises(InvalidFields):
        address_details(house_number="12\nA")


def test_change_of_stored_details_checks_every_field() -> None:
    stored = replace(address_details(), name="Asha\u202e")
    assert stored.change({"name": "Asha", "town": " Pune "}).town == "Pune"
    with pytest.raises(InvalidFields) as error:
        stored.change({"town": "Pune"})
    assert set(error.value.errors) == {"name"}


NAMES = (
    "Asha Rao",
    "O\u2019Brien-Smith, Jr.",
    ".",
    "\u0d2e\u0d4b\u0d39\u0d28\u0d4d\u200d",  # Malayalam, with a joiner after the last virama
    "\u0d28\u0d28\u0d4d\u200d\u0d2e",
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # Persian
    "\u0d9a\u0dca\u200d\u0dbb",  # Sinhala
    "\u845b\U000e0100\u57ce",  # Japanese, with a variation selector
    "\u845b\U000e0100",
    "\u0e2a\u0e21\u0e0a\u0e32\u0e22",  # Thai
)
NOT_NAMES = (
    "Asha\u202e",
    "\u2066Asha",
    "A\u200fsha",
    "Asha\x07",
    "Asha\nRao",
    "Asha\u2028Rao",
    "Asha\u2029Rao",
    "\u200b",
    "\u200d",
    "\u3164",
    "\u115f\u1160",
    "A\u200bsha",
    "Asha\u200d",
    "\u200cAsha",
    "Asha \u200dRao",
    "As\u034fha",
    "\ufe0fAsha",
    "\u0661\ufe0f",
    "\ufeffAsha",
    "\u0301",
    "\u00ad",
)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_script_are_valid_for_users_and_addresses(name: str) -> None:
    assert address_details(name=name).name == name
    user = a_user()
    user.change_profile(first_name=name, last_name=name, at=NOON)
    assert (user.first_name, user.last_name) == (name, name)


@pytest.mark.parametrize("name", NOT_NAMES)
def test_names_with_control_or_invisible_characters_are_invalid(name: str) -> None:
    with pytest.raises(InvalidFields) as error:
        address_details(name=name)
    assert set(error.value.errors) == {"name"}
    with pytest.raises(InvalidValue):
        a_user().change_profile(at=NOON, first_name=name)
    with pytest.raises(InvalidValue):
        a_user().change_profile(at=NOON, last_name=name)
