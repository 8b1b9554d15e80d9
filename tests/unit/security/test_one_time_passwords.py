"""One-time passwords, with the test vectors of RFC 6238, appendix B (last six digits)."""

from base64 import b32encode
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from novacart.adapters.security.one_time_passwords import PyotpOneTimePasswords

SECRET = b32encode(b"12345678901234567890").decode()
PASSWORDS = PyotpOneTimePasswords(issuer="Lanterns")


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_codes_of_the_rfc(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert PASSWORDS.matching_step(SECRET, code, at=at) == seconds // 30
    assert PASSWORDS.matching_step(SECRET, "000000", at=at) is None
    assert PASSWORDS.matching_step(SECRET, "\ud800", at=at) is None


def test_secret_has_160_bits_and_a_uri_for_apps() -> None:
    secret = PASSWORDS.new_secret()
    assert len(secret) == 32
    assert secret != PASSWORDS.new_secret()
    uri = urlsplit(PASSWORDS.provisioning_uri(secret, account="asha@example.com"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert uri.path == "/Lanterns:asha%40example.com"
    assert parse_qs(uri.query) == {"secret": [secret], "issuer": ["Lanterns"]}


def test_qr_code_is_an_svg_image() -> None:
    url = PASSWORDS.qr_code("otpauth://totp/Lanterns:asha%40example.com?secret=ABC")
    assert url.startswith("data:image/svg+xml;charset=utf-8,%3Csvg")
