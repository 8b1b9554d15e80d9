"""Rules of email addresses, usernames and passwords."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.adapters.security.password_strength import ZxcvbnPasswordStrength
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import WeakPassword
from novacart.domain.accounts.password import (
    MAX_LENGTH,
    ensure_strong_password,
    normalize_password,
)
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.username import Username, login_key
from novacart.domain.shared.errors import InvalidValue

EMAIL = EmailAddress.parse("meenal.s@lanterns.example")
FULL_WIDTH = "".join(chr(ord(letter) - ord("A") + 0xFF21) for letter in "MEENAL")
LONG_DOMAIN = ".".join(["a" * 61] * 4)
USERNAME = Username.parse("meenal", email=EMAIL)


def reasons(
    password: str, *, is_guessable: bool = False, username: Username = USERNAME
) -> list[str]:
    try:
        ensure_strong_password(
            password, username=username, email=EMAIL, is_guessable=lambda _: is_guessable
        )
    except WeakPassword as error:
        return list(error.errors["password"])
    return []


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("asha@example.com", "asha@example.com"),
        ("  Asha.Rao@EXAMPLE.co.in ", "Asha.Rao@example.co.in"),
        ("a+b_c-d@x-1.example", "a+b_c-d@x-1.example"),
    ],
)
def test_email_keeps_case_of_local_part_only(text: str, parsed: str) -> None:
    assert EmailAddress.parse(text).text == parsed


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
        f"asharao@{LONG_DOMAIN}",
        "asha@" + "a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 63 + ".com",
    ],
)
def test_invalid_email_raises(text: str) -> None:
    with pytest.raises(InvalidValue) as error:
        EmailAddress.parse(text)
    assert error.value.field == "email"


@pytest.mark.parametrize("text", ["a" * 64 + "@example.com", f"ashara@{LONG_DOMAIN}"])
def test_longest_email_is_valid(text: str) -> None:
    assert EmailAddress.parse(text).text == text


def test_email_key_ignores_case() -> None:
    assert EmailAddress.parse("ASHA@example.com").key == EmailAddress.parse("asha@EXAMPLE.com").key


@pytest.mark.parametrize("text", ["meenal", "m", "a.b@c+d-e_f", "मीनल", "Åsa9", "x" * 150, " ada "])
def test_username_of_letters_digits_and_symbols_is_valid(text: str) -> None:
    assert Username.parse(text, email=EMAIL).text == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "  ", "a b", "a/b", "<b>", "a\nb", "a\0b", "x" * 151, "\u202eabc", "\u093eabc", "😀"],
)
def test_invalid_username_raises(text: str) -> None:
    with pytest.raises(InvalidValue) as error:
        Username.parse(text, email=EMAIL)
    assert error.value.field == "username"


def test_username_key_folds_compatibility_forms_and_case() -> None:
    assert Username.parse(FULL_WIDTH, email=EMAIL).key == USERNAME.key
    upper, lower = (Username.parse(text, email=EMAIL) for text in ("STRASSE", "straße"))
    assert upper.key == lower.key


INVISIBLE = (0x034F, 0x115F, 0x1160, 0x17B4, 0x180B, 0x200B, 0x200D, 0x2060, 0x3164, 0xFE0F, 0xFEFF)


@pytest.mark.parametrize("point", [*INVISIBLE, 0xFFA0, 0xE0100, 0xE0061])
def test_username_with_invisible_character_raises(point: int) -> None:
    for text in (chr(point), f"shop{chr(point)}keeper", f"joseph@lanterns.example{chr(point)}"):
        with pytest.raises(InvalidValue):
            Username.parse(text, email=EMAIL)


@pytest.mark.parametrize(
    "text",
    [
        "sh\u043epkeeper",  # Cyrillic o
        "\u03b1sha",  # Greek alpha
        "\u13dahop",  # Cherokee
        "asha\u09ea2",  # Bengali 4, which looks like 8
        "\u0430\u03b1",
        "joseph@lanterns.ex\u0430mple",
    ],
)
def test_username_of_imitating_scripts_raises(text: str) -> None:
    with pytest.raises(InvalidValue, match="of one script") as raised:
        Username.parse(text, email=EMAIL)
    assert raised.value.field == "username"


@pytest.mark.parametrize(
    "text",
    [
        "asha_\u0906\u0936\u093e",
        "\u0906\u0936\u093e2",
        "\u5c71\u7530\u3072\u304b\u30eataro",
        "\uae40\u6f22kim",
        "\u0430\u043d\u043d\u0430",
        "\u0d2e\u0d40\u0d30",
        "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
    ],
)
def test_username_of_scripts_written_together_is_valid(text: str) -> None:
    assert Username.parse(text, email=EMAIL).text == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0430\u0441\u0435", "ace"),  # Cyrillic
        ("adrnin", "admin"),
        ("meera1", "meeral"),
        ("r00t", "root"),
        ("Meera", "meera"),
    ],
)
def test_usernames_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    skeletons = {Username.parse(text, email=EMAIL).skeleton for text in (one, other)}
    assert len(skeletons) == 1


def test_username_that_looks_like_another_email_address_raises() -> None:
    cyrillic = "\u0430\u0440\u0441@\u0445\u0440.\u0430\u0441"
    with pytest.raises(InvalidValue, match="must be your own"):
        Username.parse(cyrillic, email=EMAIL)


def test_username_may_only_be_ones_own_email_address() -> None:
    assert Username.parse("Meenal.S@lanterns.example", email=EMAIL).key == EMAIL.key
    with pytest.raises(InvalidValue, match="must be your own"):
        Username.parse("joseph@lanterns.example", email=EMAIL)


@given(st.text(max_size=40))
def test_login_key_equals_username_key(text: str) -> None:
    try:
        username = Username.parse(text, email=EMAIL)
    except InvalidValue:
        return
    assert login_key(text) == username.key == login_key(username.key)
    assert len(username.key) <= 450


@pytest.mark.parametrize(
    "password",
    [
        *("mango-on-the-roof-3", "correct horse battery staple", "Tr0ub4dor&3", "x9$kQ2!v"),
        *("मआ-इई9-उ", "mango on the roof " * 14),
    ],
)
def test_strong_password_is_accepted(password: str) -> None:
    assert reasons(password) == []


def test_every_broken_rule_is_reported() -> None:
    assert reasons("1234567", is_guessable=True) == [
        "This password is too short. It must contain at least 8 characters.",
        "This password is entirely numeric.",
        "This password is too common.",
    ]


@pytest.mark.parametrize("password", ["90718263", "९०७१८२६३"])
def test_numeric_password_is_rejected(password: str) -> None:
    assert reasons(password) == ["This password is entirely numeric."]


@pytest.mark.parametrize("password", ["meenal99", "MEENAL-1", "1meenal1", "12meenal-123456"])
def test_password_similar_to_username_is_rejected(password: str) -> None:
    assert "The password is too similar to the username." in reasons(password)


@pytest.mark.parametrize(
    "password", ["meenal.s@lanterns.example", "lanterns1", "LanternS!", "meenal.s9"]
)
def test_password_similar_to_email_is_rejected(password: str) -> None:
    assert "The password is too similar to the email address." in reasons(password)


@pytest.mark.parametrize(
    ("username", "password", "is_similar"),
    [
        ("ad", "ad-98765432", False),
        ("ada", "ada-98765432", True),
        # Seven tenths of the characters are the same.
        ("abcdefghij", "abcdefgXYZ", True),
        ("abcdefghij", "abcdefWXYZ", False),
        ("abcdefghijklm", "abcdefg", True),
    ],
)
def test_password_is_similar_to_a_username_from_seven_tenths(
    username: str, password: str, *, is_similar: bool
) -> None:
    about = "The password is too similar to the username."
    assert (
        about in reasons(password, username=Username.parse(username, email=EMAIL))
    ) is is_similar


def test_password_similar_to_the_start_of_a_long_domain_is_rejected() -> None:
    email = EmailAddress.parse("meenal.s@lanterns.department.example")
    with pytest.raises(WeakPassword, match="too similar to the email address"):
        ensure_strong_password(
            "lanterns-98", username=USERNAME, email=email, is_guessable=lambda _: False
        )


def test_composed_password_is_compared_with_common_ones() -> None:
    compared: list[str] = []

    def is_guessable(text: str) -> bool:
        compared.append(text)
        return False

    ensure_strong_password(
        "Cafe\u0301 noir 9", username=USERNAME, email=EMAIL, is_guessable=is_guessable
    )
    assert compared == ["Caf\u00e9 noir 9"]


def test_too_long_password_is_rejected_without_estimating_its_strength() -> None:
    longest = "".join(chr(0x4E00 + number) for number in range(MAX_LENGTH))
    assert reasons(longest) == []
    assert reasons(longest + "x", is_guessable=True) == [
        "This password is too long. It has at most 256 characters."
    ]


def test_long_password_is_not_composed_whole() -> None:
    # To sort the accents of all 400,000 would take minutes.
    assert reasons("a" + "\u0301\u0316" * 200_000) == [
        "This password is too long. It has at most 256 characters."
    ]


def test_normalize_password_composes_characters() -> None:
    assert normalize_password("Cafe\u0301 noir 9") == normalize_password("Caf\u00e9 noir 9")


@pytest.mark.slow
def test_demo_passwords_are_strong() -> None:
    demo = Path(__file__).parents[3] / "src/novacart/entrypoints/demo/people.json"
    people = json.loads(demo.read_text())
    strength = ZxcvbnPasswordStrength()
    for person in [people["admin"], *people["customers"]]:
        email = EmailAddress.parse(person["email"])
        username = Username.parse(person["username"], email=email)
        ensure_strong_password(
            person["password"],
            username=username,
            email=email,
            is_guessable=strength.is_guessable,
        )


def test_all_roles_but_customer_are_staff() -> None:
    assert [role for role in Role if not role.is_staff] == [Role.CUSTOMER]
