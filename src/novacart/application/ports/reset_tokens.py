"""The secret part of a password reset link."""

from typing import Protocol


class ResetTokens(Protocol):
    def token_for(self, reset_id: int) -> str:
        """The token of that reset: always the same, and nobody else can tell it.

        A reaction that is repeated so sends the very same mail, and no table ever holds
        what the link holds.
        """
        ...

    def hash(self, token: str) -> str:
        """What is stored of it: 64 hexadecimal digits."""
        ...
