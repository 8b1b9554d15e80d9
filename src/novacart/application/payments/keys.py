"""Idempotency keys of requests to the payment provider."""

from secrets import token_hex


def new_key(operation: str) -> str:
    """Return a random key such as `refund-5f3…`.

    Random, not made of ids: the ids of a recreated database start again from one, and the
    provider still remembers the keys of the old one.
    """
    return f"{operation}-{token_hex(16)}"
