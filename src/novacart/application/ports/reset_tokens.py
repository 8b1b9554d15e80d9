"""Tokens of password reset links."""

from typing import Protocol


class ResetTokens(Protocol):
    def token_for(self, reset_id: int) -> str:
        """The token of a reset: always the same, and impossible to guess.

        A retried event handler thus sends the same email, and the token itself is never stored.
        """
        ...

    def hash(self, token: str) -> str:
        """The hash of a token that is stored: 64 hexadecimal digits."""
        ...
