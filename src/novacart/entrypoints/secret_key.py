"""The secret key: rejection of well-known keys, and a generated key for development."""

import os
import re
import secrets
from pathlib import Path
from typing import Final

MIN_LENGTH: Final = 16

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


def development_key(var: Path) -> str:
    """Return a random key stored under `var`, so that sessions survive a restart."""
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
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
