"""Signatures (Cloudinary docs: Generating authentication signatures; Response signatures)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Final

# "All parameters added to the method call should be included except" these.
NOT_SIGNED: Final = frozenset({"file", "cloud_name", "resource_type", "api_key", "signature"})
# A SHA-1 digest has 40 hexadecimal digits, a SHA-256 digest 64.
_ALGORITHMS: Final = {40: "sha1", 64: "sha256"}


def string_to_sign(parameters: Mapping[str, str]) -> str:
    """Join the parameters in alphabetical order; ampersands in values are escaped."""
    return "&".join(
        f"{name}={value}".replace("&", "%26")
        for name, value in sorted(parameters.items())
        if name not in NOT_SIGNED and value
    )


def digest(text: str, secret: str, *, algorithm: str) -> str:
    return hashlib.new(algorithm, (text + secret).encode()).hexdigest()


def is_signed(parameters: Mapping[str, str], *, secret: str, algorithms: Collection[str]) -> bool:
    """Return whether `signature` is the digest of the other parameters."""
    signature = parameters.get("signature", "")
    algorithm = _ALGORITHMS.get(len(signature))
    if algorithm is None or algorithm not in algorithms:
        return False
    return digest(string_to_sign(parameters), secret, algorithm=algorithm) == signature


def response_signature(public_id: str, version: int, *, secret: str, algorithm: str) -> str:
    """Return the signature of an upload response."""
    return digest(f"public_id={public_id}&version={version}", secret, algorithm=algorithm)
