"""Keys that make a request to the provider take effect once."""

from secrets import token_hex


def new_key(act: str) -> str:
    """A key of its own for one act, such as `refund-5f3…`.

    Random, since a database that was set up anew counts its ids from one again, and the
    provider remembers.
    """
    return f"{act}-{token_hex(16)}"
