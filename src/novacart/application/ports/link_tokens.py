"""Tokens of links that are sent by email."""

from typing import Protocol


class LinkTokens(Protocol):
    def token_for(self, link_id: int) -> str:
        """The token of a password reset or account link: always the same, and impossible to guess.

        A retried event handler thus sends the same email, and the token itself is never stored.
        """
        ...

    def hash(self, token: str) -> str:
        """The hash of a token that is stored: 64 hexadecimal digits."""
        ...
