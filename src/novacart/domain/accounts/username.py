"""Usernames."""

from dataclasses import dataclass
from typing import Self
from unicodedata import category, normalize

from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.identifier_profile import (
    has_ignorable_characters,
    has_imitating_scripts,
    skeleton,
)
from novacart.domain.shared.errors import InvalidValue

MAX_LENGTH = 150
_SYMBOLS = frozenset("@.+-_")


@dataclass(frozen=True, slots=True)
class Username:
    """Letters, digits and the symbols `@ . + - _`. Two usernames with the same `key` are the same.

    Unicode NFKC folds compatibility forms such as full-width letters. Invisible characters and
    mixed scripts are invalid, and two usernames with the same `skeleton` look alike: all three
    could otherwise imitate another user (UTS #39).
    """

    text: str

    @classmethod
    def parse(cls, text: str, *, email: EmailAddress) -> Self:
        """Parse the username of the user with this email address. Raises `InvalidValue`.

        A username in the form of another email address is invalid: users sign in with either,
        and it would block the owner of that address.
        """
        normal = normalize("NFKC", text).strip()
        if not 1 <= len(normal) <= MAX_LENGTH:
            raise InvalidValue("username", f"A username has 1 to {MAX_LENGTH} characters.")
        if not _has_only_allowed_characters(normal) or has_ignorable_characters(normal):
            raise InvalidValue(
                "username", "A username has only letters, digits and the symbols @ . + - _"
            )
        if has_imitating_scripts(normal):
            raise InvalidValue(
                "username", "A username has letters and digits of one script, and Latin ones."
            )
        username = cls(normal)
        looks_like_email = EmailAddress.is_valid(normal) or EmailAddress.is_valid(username.skeleton)
        if looks_like_email and username.key != email.key:
            raise InvalidValue(
                "username", "A username in the form of an email address must be your own."
            )
        return username

    @property
    def key(self) -> str:
        """The case-folded username, unique among users."""
        return login_key(self.text)

    @property
    def skeleton(self) -> str:
        """Equal for usernames that look alike, and unique among new ones."""
        return skeleton(self.key)

    def __str__(self) -> str:
        return self.text


def _has_only_allowed_characters(text: str) -> bool:
    """Marks (Unicode category M) are allowed after a letter, as Indian vowel signs are."""
    allowed = all(
        character.isalnum() or character in _SYMBOLS or category(character)[0] == "M"
        for character in text
    )
    return allowed and category(text[0])[0] != "M"


def login_key(text: str) -> str:
    """The key of a login: equal to the `key` of the matching `Username` or `EmailAddress`.

    A login is the username or email address that a user signs in with.
    """
    # Case folding can undo the normal form, so it is normalized again.
    return normalize("NFKC", normalize("NFKC", text).strip().casefold())
