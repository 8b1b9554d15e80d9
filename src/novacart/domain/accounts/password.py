"""Which passwords the shop takes."""

import re
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final
from unicodedata import normalize

from novacart.domain.accounts.common_passwords import COMMON_STEMS
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import WeakPassword
from novacart.domain.accounts.username import Username

# NIST SP 800-63B, 3.1.1.2: eight at least, and room for a passphrase. The upper bound keeps
# a hash from being asked to chew megabytes.
MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 256

_TOO_SIMILAR: Final = 0.7
_SHORTEST_COMPARED: Final = 3
_FEWEST_CHARACTERS: Final = 4
_STAND_INS: Final = str.maketrans("@4831!|0$57+", "aabeiiiosstt")
_AROUND: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_ROWS: Final = "1234567890 qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz".split()
_NEIGHBOURS: Final = frozenset(pair for row in _ROWS for pair in pairwise(row))
_RUN_SHARE: Final = 0.8


def prepared(password: str) -> str:
    """A password as it is hashed: one form for what two keyboards compose differently.

    Unicode NFC, as RFC 8265 (OpaqueString) has it; spaces and case are the owner's.
    """
    return normalize("NFC", password)


def check_password(password: str, *, username: Username, email: EmailAddress) -> None:
    """Hold a new password against the policy. Raises `WeakPassword` with every reason."""
    text = prepared(password)
    if len(text) > MAX_LENGTH:
        raise WeakPassword([f"This password is too long. It has at most {MAX_LENGTH} characters."])
    reasons = []
    if len(text) < MIN_LENGTH:
        reasons.append(
            f"This password is too short. It must contain at least {MIN_LENGTH} characters."
        )
    if text.isdigit():
        reasons.append("This password is entirely numeric.")
    if _is_common(text.casefold()):
        reasons.append("This password is too common.")
    if _is_like(text.casefold(), username.key):
        reasons.append("The password is too similar to the username.")
    if any(
        _is_like(text.casefold(), part.casefold())
        for part in (email.key, email.local_part, email.domain.partition(".")[0])
    ):
        reasons.append("The password is too similar to the email address.")
    if reasons:
        raise WeakPassword(reasons)


def _is_common(text: str) -> bool:
    """A stem that everybody thinks of, whatever was put around it; a run; a few characters."""
    plain = _AROUND.sub("", text)
    stems = {text, plain, _AROUND.sub("", text.translate(_STAND_INS)), plain.translate(_STAND_INS)}
    return (
        any(_doubled_to_one(stem) in COMMON_STEMS for stem in stems)
        or len(set(text)) < _FEWEST_CHARACTERS
        or _is_run(text)
    )


def _doubled_to_one(text: str) -> str:
    half = len(text) // 2
    return text[:half] if text and text[:half] == text[half:] else text


def _is_run(text: str) -> bool:
    """Whether nearly every character follows the one before it on some row of keys."""
    steps = list(pairwise(text))
    if not steps:
        return False
    in_order = sum(a == b or (a, b) in _NEIGHBOURS or (b, a) in _NEIGHBOURS for a, b in steps)
    return in_order >= _RUN_SHARE * len(steps)


def _is_like(text: str, part: str) -> bool:
    """Whether it is mostly that name, with or without what was put around it."""
    if len(part) < _SHORTEST_COMPARED:
        return False
    return any(_share(stem, part) >= _TOO_SIMILAR for stem in {text, _AROUND.sub("", text)})


def _share(text: str, part: str) -> float:
    """How much of the two is common, 0 to 1."""
    # Cheaply, where lengths alone forbid it: the comparison costs their product.
    if min(len(text), len(part)) * 2 < _TOO_SIMILAR * (len(text) + len(part)):
        return 0.0
    return SequenceMatcher(None, text, part).ratio()
