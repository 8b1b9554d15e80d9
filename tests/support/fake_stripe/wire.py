"""Identifiers, JSON bodies, requests and responses of Stripe's API."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

API_VERSION = "2026-10-28.endive"
"""The default API version of an account (that of stripe-python 16.1.0)."""


def new_id(prefix: str) -> str:
    """Return an identifier in Stripe's format: the prefix and 24 characters."""
    return f"{prefix}_{secrets.token_hex(12)}"


def encode(document: object) -> bytes:
    """Return the bytes in which a document is sent, stored and signed."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A decoded API call."""

    method: str
    path: str
    parameters: Json
    headers: dict[str, str]
    id: str = field(default_factory=lambda: new_id("req"))

    @property
    def idempotency_key(self) -> str | None:
        """The key of a POST; other methods ignore it (Stripe API: Idempotent requests)."""
        return self.headers.get("idempotency-key") if self.method == "POST" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Status, body, and headers beyond the usual ones."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
