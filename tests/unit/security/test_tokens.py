"""JSON Web Tokens: valid tokens are read, and all others raise `InvalidToken`."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.adapters.security import tokens
from novacart.adapters.security.tokens import JwtTokens
from novacart.application.ports.tokens import TokenClaims, TokenKind
from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.shared.ids import UserId

KEY = "a signing key for tests, long enough for HS512: " + "k" * 40
TOKENS = JwtTokens(
    secret_key=KEY, access_lifetime=timedelta(minutes=60), refresh_lifetime=timedelta(days=7)
)
ACCESS = TokenClaims(
    kind=TokenKind.ACCESS,
    user_id=UserId(41),
    family_id=7,
    password_generation=3,
    token_id="a" * 32,
)


def payload(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any claim)
    """Claims of a valid token with these changes. A timedelta is a time from now."""
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": "novacart",
        "aud": "novacart-api",
        "sub": "41",
        "type": "access",
        "jti": "a" * 32,
        "family": 7,
        "generation": 3,
        "iat": now,
        "nbf": now,
        "exp": now + timedelta(minutes=5),
    }
    return {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in (claims | changes).items()
        if value is not None
    }


def signed(claims: dict[str, Any], key: str = KEY, algorithm: str = "HS256", **headers: str) -> str:
    return jwt.encode(claims, key, algorithm, headers=headers or None)


def assert_invalid(token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read(token)


@pytest.mark.parametrize("kind", TokenKind)
def test_issued_token_is_read(kind: TokenKind) -> None:
    claims = replace(ACCESS, kind=kind)
    assert TOKENS.read(TOKENS.issue(claims)) == claims


def test_each_kind_has_its_lifetime() -> None:
    lifetimes = {
        TokenKind.ACCESS: 3600,
        TokenKind.REFRESH: 7 * 86400,
        TokenKind.GUEST: 30 * 86400,
    }
    for kind, lifetime in lifetimes.items():
        token = TOKENS.issue(replace(ACCESS, kind=kind))
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] == lifetime


def test_token_contains_no_personal_data() -> None:
    claims = jwt.decode(TOKENS.issue(ACCESS), options={"verify_signature": False})
    assert set(claims) == {
        *("iss", "aud", "sub", "type", "jti", "family", "generation"),
        *("iat", "nbf", "exp", "fresh"),
    }


def test_payload_of_these_tests_is_valid() -> None:
    assert TOKENS.read(signed(payload())) == ACCESS


def test_unsigned_token_is_invalid() -> None:
    unsigned = jwt.encode(payload(), "", algorithm="none")
    assert_invalid(unsigned)
    body = unsigned.split(".")[1]
    for name in ("none", "None", "NONE", "nOnE", ""):
        header = base64.urlsafe_b64encode(json.dumps({"alg": name, "typ": "JWT"}).encode())
        assert_invalid(f"{header.rstrip(b'=').decode()}.{body}.")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithm_with_the_same_key_is_invalid(algorithm: str) -> None:
    assert_invalid(signed(payload(), algorithm=algorithm))


def test_other_key_is_invalid_whatever_the_header() -> None:
    other = "another key of at least thirty-two bytes"
    assert_invalid(signed(payload(), key=other))
    assert_invalid(
        signed(payload(), key=other, kid="../../dev/null", jku="https://evil.example/keys")
    )


def test_changed_token_is_invalid() -> None:
    head, body, signature = signed(payload()).split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged["sub"] = "1"
    changed = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    assert_invalid(f"{head}.{changed}.{signature}")
    assert_invalid(f"{head}.{body}.{signature[:-2]}")
    assert_invalid(f"{head}.{body}.")
    assert_invalid(f"{head}.{body}")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": timedelta(seconds=-1)},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": timedelta(hours=1)},
        {"iat": timedelta(hours=1)},
        {"iss": "elsewhere"},
        {"iss": None},
        {"type": None, "family": None},
        {"type": "reset"},
        {"type": ["access"]},
        {"sub": None},
        {"sub": 41},
        {"sub": "0"},
        {"sub": "-1"},
        {"aud": None},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"sub": "one"},
        {"sub": "9" * 5000},
        {"sub": {"$gt": ""}},
        {"family": None},
        {"family": "7"},
        {"family": True},
        {"family": 2**63},
        {"generation": None},
        {"generation": 3.0},
        {"jti": None},
        {"jti": 5},
    ],
    ids=", ".join,
)
def test_wrong_claims_are_invalid(changes: dict[str, Any]) -> None:
    assert_invalid(signed(payload(**changes)))


class TestRememberedToken:
    """A token that was read before is still rejected once it is invalid."""

    @pytest.fixture
    def token(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """A remembered token. The clock of the reader is set by `_set_clock`."""
        self._now = datetime.now(UTC)
        token = signed(payload(nbf=timedelta(minutes=-1), exp=self._now + timedelta(minutes=5)))
        assert TOKENS.read(token) == ACCESS
        self._monkeypatch = monkeypatch
        return token

    def _set_clock(self, time: datetime) -> None:
        self._monkeypatch.setattr(tokens, "time", time.timestamp)

    def test_is_verified_once(self, token: str) -> None:
        self._monkeypatch.setattr(jwt, "decode", None)
        assert TOKENS.read(token) == ACCESS

    def test_is_invalid_from_its_expiry(self, token: str) -> None:
        expiry = (self._now + timedelta(minutes=5)).replace(microsecond=0)
        self._set_clock(expiry - timedelta(seconds=1))
        assert TOKENS.read(token) == ACCESS
        self._set_clock(expiry)
        assert_invalid(token)

    def test_is_invalid_before_its_start(self, token: str) -> None:
        self._set_clock(self._now - timedelta(hours=1))
        assert_invalid(token)

    def test_naive_cache_returns_an_expired_token(self, token: str) -> None:
        """Negative control: a cache of results ignores the expiry."""
        naive = lru_cache(TOKENS.read)
        naive(token)
        self._set_clock(self._now + timedelta(minutes=6))
        assert naive(token) == ACCESS
        assert_invalid(token)

    def test_changed_copy_is_invalid(self, token: str) -> None:
        assert_invalid(token[:-1] + ("A" if token[-1] != "A" else "B"))
        assert_invalid(token.upper())

    def test_is_invalid_for_another_key(self, token: str) -> None:
        other = JwtTokens(
            secret_key="another key of at least thirty-two bytes",
            access_lifetime=timedelta(minutes=60),
            refresh_lifetime=timedelta(days=7),
        )
        with pytest.raises(InvalidToken):
            other.read(token)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"{", b"\xff\xfe", b"5"])
def test_signed_body_without_claims_is_invalid(body: bytes) -> None:
    assert_invalid(jwt.api_jws.encode(body, KEY, algorithm="HS256"))


@pytest.mark.parametrize(
    "token",
    ["", "null", "undefined", ".", "..", "...", "a.b.c", "Bearer x", "é.é.é", "\ud800", "x" * 9000],
)
def test_malformed_token_is_invalid(token: str) -> None:
    assert_invalid(token)


@given(st.text(max_size=200))
def test_any_text_is_invalid(token: str) -> None:
    assert_invalid(token)


@given(st.lists(st.text("ABCdef123_-=", max_size=40), min_size=3, max_size=3))
def test_any_text_in_the_form_of_a_token_is_invalid(parts: list[str]) -> None:
    assert_invalid(".".join(parts))
