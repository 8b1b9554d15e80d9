"""The secret key: rejection of weak keys, and a generated key for development."""

import os
import re
import secrets
from collections import Counter
from itertools import pairwise
from math import log2
from pathlib import Path
from typing import Final

from novacart.entrypoints.private_files import make_private_directory

MIN_LENGTH: Final = 32
"""Bytes: the output of SHA-256, the hash of the signatures (RFC 7518, section 3.2)."""

HOW_TO_MAKE_A_KEY: Final = (
    "Set it to a long random string of your own, such as the output of"
    ' `python -c "import secrets; print(secrets.token_urlsafe(48))"`, or set DEBUG=True for'
    " development."
)

_MIN_DISTINCT: Final = 10
# Bits, estimated from the frequency of the characters; 32 random hexadecimal digits have about 110.
_MIN_ENTROPY: Final = 90

# Keys from tutorials, templates and example files.
KNOWN_KEYS: Final = frozenset(
    {
        "change-me",
        "change-me-in-production",
        "change-this",
        "change_me",
        "changeme",
        "default",
        "dev",
        "development",
        "insecure",
        "key",
        "mysecret",
        "mysecretkey",
        "none",
        "password",
        "replace-me",
        "secret",
        "secret-key",
        "secret_key",
        "secretkey",
        "super-secret",
        "super-secret-key",
        "supersecret",
        "supersecretkey",
        "test",
        "test-secret",
        "test-secret-key",
        "your-secret-key",
        "your-secret-key-here",
        "your_secret_key",
        "yoursecretkey",
    }
)

# Placeholders inside longer keys.
_PLACEHOLDER: Final = re.compile(
    r"change[-_ ]?(me|this|it)|replace[-_ ]?(me|this)|your[-_ ]?secret|django-insecure"
)


def is_well_known(key: str) -> bool:
    """Whether the key is a published default or a placeholder."""
    folded = key.lower()
    return folded in KNOWN_KEYS or _PLACEHOLDER.search(folded) is not None


def weakness(key: str) -> str | None:
    """Return why a key is too easy to guess, as the end of a sentence; None if it is not."""
    if len(key.encode()) < MIN_LENGTH:
        return f"is too short: it needs {MIN_LENGTH} bytes or more"
    if len(set(key)) < _MIN_DISTINCT or _entropy(key) < _MIN_ENTROPY:
        return "has too few different characters"
    if _is_repeated(key):
        return "repeats a pattern"
    if _steps(key) * 2 > len(key):
        return "is a sequence of characters"
    return None


def _entropy(key: str) -> float:
    counts = Counter(key).values()
    return -sum(count * log2(count / len(key)) for count in counts)


def _is_repeated(key: str) -> bool:
    """Whether the key, but for a remainder, is one string several times."""
    return any(
        key == (key[:length] * (len(key) // length + 1))[: len(key)]
        for length in range(1, len(key) // 2 + 1)
    )


def _steps(key: str) -> int:
    """Count the characters that follow their neighbour in the alphabet, up or down, or on a key."""
    rows = "qwertyuiop asdfghjkl zxcvbnm"
    return sum(
        abs(ord(one) - ord(other)) <= 1 or f"{one}{other}" in rows or f"{other}{one}" in rows
        for one, other in pairwise(key.lower())
    )


def development_key(var: Path) -> str:
    """Return a random key stored under `var`, so that sessions survive a restart."""
    path = var / "secret_key"
    if not path.exists():
        make_private_directory(var)
        temporary = path.with_name(f"secret_key.{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(48))
        try:
            # Atomic: of several processes the first one wins, and none reads a partial key.
            path.hardlink_to(temporary)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()
