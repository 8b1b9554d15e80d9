"""Password rules."""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Final
from unicodedata import normalize

from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import WeakPassword
from novacart.domain.accounts.username import Username

# In characters, as ASVS 5.0, 6.2.1, requires.
MIN_LENGTH: Final = 8
# Of staff without a second factor. NIST SP 800-63B-4, section 3.1.1.2, requires it of everyone.
STAFF_MIN_LENGTH: Final = 15
# Leaves room for a passphrase, and bounds the cost of hashing.
MAX_LENGTH: Final = 256
# A character is composed of at most four (Unicode Standard Annex #15, table 10). So a text of more
# characters than this is longer than `MAX_LENGTH` when it is composed.
_MAX_DECOMPOSED: Final = 4 * MAX_LENGTH

_TOO_SIMILAR: Final = 0.7
_MIN_COMPARED_LENGTH: Final = 3
_AFFIXES: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def normalize_password(password: str) -> str:
    """The form of a password that is hashed: Unicode NFC, as in RFC 8265 (OpaqueString).

    Keyboards compose the same characters differently; case and spaces are significant. Only the
    beginning of a text that is too long is composed: the time to sort its accents is quadratic.
    """
    return normalize("NFC", password[: _MAX_DECOMPOSED + 1])


def min_password_length(*, is_staff: bool, mfa_enabled: bool) -> int:
    """The number of characters that a password needs at least."""
    return STAFF_MIN_LENGTH if is_staff and not mfa_enabled else MIN_LENGTH


def ensure_strong_password(
    password: str,
    *,
    username: Username,
    email: EmailAddress,
    is_guessable: Callable[[str], bool],
    min_length: int = MIN_LENGTH,
) -> None:
    """Raise `WeakPassword` with every rule that the password breaks, or only that it is too long.

    `is_guessable` says whether a password of at most `MAX_LENGTH` characters is common.
    """
    text = normalize_password(password)
    if len(text) > MAX_LENGTH:
        raise WeakPassword([f"This password is too long. It has at most {MAX_LENGTH} characters."])
    reasons = []
    if len(text) < min_length:
        reasons.append(
            f"This password is too short. It must contain at least {min_length} characters."
        )
    if text.isdigit():
        reasons.append("This password is entirely numeric.")
    if is_guessable(text):
        reasons.append("This password is too common.")
    if _is_similar(text.casefold(), username.key):
        reasons.append("The password is too similar to the username.")
    if any(
        _is_similar(text.casefold(), part.casefold())
        for part in (email.key, email.local_part, email.domain.partition(".")[0])
    ):
        reasons.append("The password is too similar to the email address.")
    if reasons:
        raise WeakPassword(reasons)


def _is_similar(text: str, name: str) -> bool:
    """Whether the password is mostly the name, with or without leading and trailing digits."""
    if len(name) < _MIN_COMPARED_LENGTH:
        return False
    return any(
        _similarity(variant, name) >= _TOO_SIMILAR for variant in {text, _AFFIXES.sub("", text)}
    )


def _similarity(text: str, name: str) -> float:
    """The similarity of two texts, from 0 to 1."""
    # The comparison takes time in proportion to the product of the lengths, and texts of very
    # different lengths can't be similar.
    if min(len(text), len(name)) * 2 < _TOO_SIMILAR * (len(text) + len(name)):
        return 0.0
    return SequenceMatcher(None, text, name).ratio()
