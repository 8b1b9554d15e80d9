"""E-mail addresses, usernames and passwords that the shop takes, and those that it refuses."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.domain.accounts.address_book import AddressType
from novacart.domain.accounts.common_passwords import COMMON_STEMS
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import InvalidDetails, WeakPassword
from novacart.domain.accounts.password import MAX_LENGTH, check_password, prepared
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.username import Username, login_key
from novacart.domain.shared.errors import InvalidValue

MEENAL = EmailAddress.parse("meenal.s@lanterns.example")
FULL_WIDTH = "".join(chr(ord(letter) - ord("A") + 0xFF21) for letter in "MEENAL")
NAME = Username.parse("meenal", email=MEENAL)


def reasons(password: str) -> list[str]:
    try:
        check_password(password, username=NAME, email=MEENAL)
    except WeakPassword as error:
        return list(error.errors["password"])
    return []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("asha@example.com", "asha@example.com"),
        ("  Asha.Rao@EXAMPLE.co.in ", "Asha.Rao@example.co.in"),
        ("a+b_c-d@x-1.example", "a+b_c-d@x-1.example"),
    ],
)
def test_an_address_is_kept_as_written_but_for_its_domain(text: str, kept: str) -> None:
    assert EmailAddress.parse(text).text == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "asha",
        "@example.com",
        "asha@",
        "asha@localhost",
        "asha@example..com",
        "asha@-example.com",
        ".asha@example.com",
        "asha.@example.com",
        "a..b@example.com",
        "asha rao@example.com",
        "asha@example.com\nBcc: all@example.com",
        "Asha <asha@example.com>",
        "åsa@example.com",
        "a" * 65 + "@example.com",
        "asha@" + "a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 63 + ".com",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        EmailAddress.parse(text)
    assert refused.value.field == "email"


def test_addresses_differ_by_no_more_than_case() -> None:
    assert EmailAddress.parse("ASHA@example.com").key == EmailAddress.parse("asha@EXAMPLE.com").key


@pytest.mark.parametrize("text", ["meenal", "m", "a.b@c+d-e_f", "मीनल", "Åsa9", "x" * 150, " ada "])
def test_a_username_of_letters_digits_and_five_signs_is_taken(text: str) -> None:
    assert Username.parse(text, email=MEENAL).text == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "  ", "a b", "a/b", "<b>", "a\nb", "a\0b", "x" * 151, "\u202eabc", "\u093eabc", "😀"],
)
def test_any_other_username_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Username.parse(text, email=MEENAL)
    assert refused.value.field == "username"


def test_nobody_poses_in_other_forms_of_the_same_letters() -> None:
    assert Username.parse(FULL_WIDTH, email=MEENAL).key == NAME.key
    large, small = (Username.parse(text, email=MEENAL) for text in ("STRASSE", "straße"))
    assert large.key == small.key


def test_a_username_may_be_ones_own_address_and_nobody_elses() -> None:
    assert Username.parse("Meenal.S@lanterns.example", email=MEENAL).key == MEENAL.key
    with pytest.raises(InvalidValue, match="must be your own"):
        Username.parse("joseph@lanterns.example", email=MEENAL)


@given(st.text(max_size=40))
def test_a_sign_in_is_looked_up_by_the_key_that_was_stored(text: str) -> None:
    try:
        username = Username.parse(text, email=MEENAL)
    except InvalidValue:
        return
    assert login_key(text) == username.key == login_key(username.key)
    assert len(username.key) <= 450


@pytest.mark.parametrize(
    "password",
    [
        "mango-on-the-roof-3",
        "correct horse battery staple",
        "Tr0ub4dor&3",
        "x9$kQ2!v",
        "पासवर्ड आमरस",
    ],
)
def test_a_password_that_nobody_else_thinks_of_is_taken(password: str) -> None:
    assert reasons(password) == []


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password1!",
        "P@ssw0rd",
        "!!iloveyou2024",
        "passwordpassword",
        "qwertyuiop",
        "zaq12wsx",
        "abcdefgh",
        "87654321a",
        "aaaaaaaaaaaa",
        "abababab",
        "Welcome2026!",
    ],
)
def test_what_everybody_thinks_of_is_too_common(password: str) -> None:
    assert "This password is too common." in reasons(password)


def test_every_reason_is_given_at_once() -> None:
    assert reasons("1234567") == [
        "This password is too short. It must contain at least 8 characters.",
        "This password is entirely numeric.",
        "This password is too common.",
    ]


def test_eight_digits_are_still_only_digits() -> None:
    assert "This password is entirely numeric." in reasons("90718263")
    assert "This password is entirely numeric." in reasons("९०७१८२६३")


@pytest.mark.parametrize("password", ["meenal99", "MEENAL-1", "1meenal1", "meenal-123456"])
def test_a_password_like_the_username_is_refused(password: str) -> None:
    assert "The password is too similar to the username." in reasons(password)


@pytest.mark.parametrize(
    "password", ["meenal.s@lanterns.example", "lanterns1", "LanternS!", "meenal.s9"]
)
def test_a_password_like_the_address_is_refused(password: str) -> None:
    assert "The password is too similar to the email address." in reasons(password)


def test_length_counts_characters_and_ends_somewhere() -> None:
    assert reasons("मआ-इई9-उ") == []
    long = "".join(chr(0x4E00 + number) for number in range(MAX_LENGTH))
    assert reasons(long) == []
    assert reasons(long + "x") == ["This password is too long. It has at most 256 characters."]


def test_two_keyboards_compose_one_password() -> None:
    assert prepared("Cafe\u0301 noir 9") == prepared("Caf\u00e9 noir 9")


def test_the_common_ones_are_some_hundreds() -> None:
    assert len(COMMON_STEMS) > 800


def test_the_people_of_the_demo_have_passwords_that_pass() -> None:
    demo = Path("src/novacart/entrypoints/demo/people.json")
    people = json.loads((Path(__file__).parents[3] / demo).read_text())
    for person in [people["admin"], *people["customers"]]:
        email = EmailAddress.parse(person["email"])
        username = Username.parse(person["username"], email=email)
        check_password(person["password"], username=username, email=email)


def test_only_customers_are_no_staff() -> None:
    assert [role for role in Role if not role.is_staff] == [Role.CUSTOMER]
    with pytest.raises(InvalidValue):
        Role.parse("king")


def test_an_address_is_for_a_home_or_an_office() -> None:
    assert AddressType.parse("OFFICE") is AddressType.OFFICE
    with pytest.raises(InvalidDetails):
        AddressType.parse("home")
