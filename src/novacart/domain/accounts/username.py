"""Usernames."""

from dataclasses import dataclass
from typing import Self
from unicodedata import category, normalize

from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.shared.errors import InvalidValue

MAX_LENGTH = 150
_SIGNS = frozenset("@.+-_")


@dataclass(frozen=True, slots=True)
class Username:
    """Letters, digits and `@ . + - _`; two are the same where their `key` is.

    Compatibility forms are folded together first (Unicode NFKC), so that nobody poses as
    somebody else in full-width letters.
    """

    text: str

    @classmethod
    def parse(cls, text: str, *, email: EmailAddress) -> Self:
        """Read the username of the person whose address is `email`.

        Raises `InvalidValue`, also for a username in the shape of another e-mail address:
        people sign in with either, and its true owner must not find the door taken.
        """
        normal = normalize("NFKC", text).strip()
        if not 1 <= len(normal) <= MAX_LENGTH:
            raise InvalidValue("username", f"A username has 1 to {MAX_LENGTH} characters.")
        if not _is_written_in_letters(normal):
            raise InvalidValue(
                "username", "A username has only letters, digits and the signs @ . + - _"
            )
        username = cls(normal)
        if EmailAddress.is_shape_of(normal) and username.key != email.key:
            raise InvalidValue(
                "username", "A username in the form of an email address must be your own."
            )
        return username

    @property
    def key(self) -> str:
        return login_key(self.text)

    def __str__(self) -> str:
        return self.text


def _is_written_in_letters(text: str) -> bool:
    """Marks (Unicode category M) belong to the letter before them, as Indian vowel signs do."""
    allowed = all(
        character.isalnum() or character in _SIGNS or category(character)[0] == "M"
        for character in text
    )
    return allowed and category(text[0])[0] != "M"


def login_key(text: str) -> str:
    """What a sign-in is looked up by: equal to a `Username`'s or an `EmailAddress`'s key."""
    return normalize("NFKC", normalize("NFKC", text).strip().casefold())
