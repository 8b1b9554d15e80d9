"""Fake password hashing, password strength and tokens; fast and insecure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex

from novacart.application.ports.clock import Clock
from novacart.application.ports.secret_cipher import DecryptionFailed
from novacart.application.ports.tokens import TokenClaims, TokenKind
from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.accounts.guest import SESSION_LIFETIME


class FakePasswordHasher:
    """`rounds` is the only parameter: a hash with other rounds is outdated."""

    def __init__(self, *, rounds: int = 1) -> None:
        self._rounds = rounds
        self.verifications = 0

    def hash(self, password: str) -> str:
        return self._salted(token_hex(8), password)

    def verify(self, password: str, password_hash: str | None) -> bool:
        self.verifications += 1
        if password_hash is None:
            return False
        parts = password_hash.split("$")
        return len(parts) == 3 and parts[2] == _digest(parts[1], password)

    def is_outdated(self, password_hash: str) -> bool:
        return not password_hash.startswith(f"{self._rounds}$")

    def _salted(self, salt: str, password: str) -> str:
        return f"{self._rounds}${salt}${_digest(salt, password)}"


class FakePasswordStrength:
    """Only the given passwords are guessable."""

    def __init__(self, guessable: Collection[str] = ("password", "12345678")) -> None:
        self._guessable = guessable

    def is_guessable(self, password: str) -> bool:
        return password in self._guessable


class FakeTokens:
    """Random tokens whose claims are kept in memory."""

    def __init__(
        self,
        *,
        clock: Clock,
        access_lifetime: timedelta = timedelta(hours=1),
        refresh_lifetime: timedelta = timedelta(days=7),
    ) -> None:
        self._clock = clock
        self._lifetimes = {
            TokenKind.ACCESS: access_lifetime,
            TokenKind.REFRESH: refresh_lifetime,
            TokenKind.GUEST: SESSION_LIFETIME,
        }
        self._issued: dict[str, tuple[TokenClaims, datetime]] = {}

    def issue(self, claims: TokenClaims) -> str:
        token = token_hex(16)
        self._issued[token] = (claims, self._clock.now() + self._lifetimes[claims.kind])
        return token

    def read(self, token: str) -> TokenClaims:
        issued = self._issued.get(token)
        if issued is None or issued[1] <= self._clock.now():
            raise InvalidToken
        return issued[0]


class FakeSecretCipher:
    """Reverses the text."""

    def encrypt(self, text: str) -> str:
        return f"sealed:{text[::-1]}"

    def decrypt(self, text: str) -> str:
        if not text.startswith("sealed:"):
            raise DecryptionFailed("not encrypted")
        return text.removeprefix("sealed:")[::-1]


def _digest(salt: str, password: str) -> str:
    return sha256(f"{salt}{password}".encode()).hexdigest()
