"""HTTP/1.1 (RFC 9112) as far as a load generator needs it: bytes ready to send, lengths to read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
_BODILESS: Final = frozenset({204, 304})


class ProtocolError(Exception):
    """An answer that this client can't read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a server on this machine."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def get(cls, path: str, *, token: str | None = None) -> Self:
        return cls(method="GET", path=path, headers=_bearing(token))

    @classmethod
    def post(
        cls,
        path: str,
        body: object,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """`body` goes as JSON, or as it is where it is bytes already."""
        content = (
            body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        )
        fields = {"Content-Type": "application/json", **_bearing(token), **(headers or {})}
        return cls(method="POST", path=path, headers=fields, body=content)

    def encoded(self) -> bytes:
        fields = {"Host": "127.0.0.1", **self.headers}
        if self.body:
            fields["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join(lines).encode("ascii") + _END + self.body


class Head(NamedTuple):
    """`length` is that of the whole answer, head and body, in bytes."""

    status: int
    length: int


def read_head(received: bytes) -> Head | None:
    """What the head of an answer says; None until the head is there whole.

    Raises `ProtocolError` for an answer whose end can't be told by `Content-Length`.
    """
    end = received.find(_END)
    if end < 0:
        return None
    if not received.startswith(b"HTTP/1.1 ") or not received[9:12].isdigit():
        raise ProtocolError(f"not an HTTP/1.1 answer: {received[:40]!r}")
    status = int(received[9:12])
    if status in _BODILESS:
        return Head(status, end + len(_END))
    # The blank line's first half ends the last header too.
    found = _LENGTH.search(received, 0, end + 2)
    if found is None:
        raise ProtocolError(f"an answer without Content-Length: {received[:end]!r}")
    return Head(status, end + len(_END) + int(found[1]))


def _bearing(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
