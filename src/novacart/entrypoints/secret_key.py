"""The key that signs tokens: never a well-known one in production."""

import os
import re
import secrets
from pathlib import Path
from typing import Final

MIN_LENGTH: Final = 16

# What stands in tutorials, templates and our own example file.
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

# Whatever stands around these, somebody was meant to put a key of their own in its place.
_PLACEHOLDER: Final = re.compile(
    r"change[-_ ]?(me|this|it)|replace[-_ ]?(me|this)|your[-_ ]?secret|django-insecure"
)


def is_well_known(key: str) -> bool:
    """Whether others know the key too, since it stands in some text."""
    folded = key.lower()
    return folded in KNOWN_KEYS or _PLACEHOLDER.search(folded) is not None


def development_key(var: Path) -> str:
    """A random key kept under `var`, so that a developer stays signed in across restarts."""
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret_key.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            # The first of several processes wins, and none ever reads half a key.
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
