"""A number with its noun."""


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """`1 variant` or `2 variants`. The plural is by default the singular with an `s`."""
    return f"{count} {singular if count == 1 else plural or f'{singular}s'}"
