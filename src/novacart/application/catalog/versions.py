"""Check for concurrent edits."""

from novacart.domain.catalog.errors import StaleVersion


def ensure_version(current: int, expected: int | None) -> None:
    """Raises `StaleVersion` if the editor read another version; None skips the check."""
    if expected not in {None, current}:
        raise StaleVersion
