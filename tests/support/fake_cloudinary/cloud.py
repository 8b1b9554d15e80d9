"""One customer's cloud: its keys, what it stores, and what it shows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.support.fake_cloudinary.signatures import (
    is_signed,
    response_signature,
    string_to_sign,
)

Json = dict[str, Any]
_STALE_AFTER: Final = 3600
_LONGEST_PUBLIC_ID: Final = 255
_KNOWN: Final = frozenset(
    "api_key eager file invalidate overwrite public_id signature timestamp".split()
)
# The transformations that this fake can carry out: scaled down to fit, kept in proportion.
_FIT: Final = re.compile(r"c_limit,h_(?P<height>[0-9]+),w_(?P<width>[0-9]+)")


class Refusal(Exception):
    """An answer other than 200, in Cloudinary's form."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What is stored under a public id now; `renditions` by transformation."""

    content: bytes
    version: int
    format: str
    width: int
    height: int
    renditions: dict[str, bytes]


@dataclass(slots=True, kw_only=True)
class Cloud:
    """`only_sha256` is the restriction that Cloudinary sets for a customer on request."""

    name: str
    api_key: str
    api_secret: str
    only_sha256: bool = False
    assets: dict[str, Asset] = field(default_factory=dict)

    def upload(self, sent: dict[str, str], content: bytes, *, now: int) -> Json:
        """The upload method (docs: Upload API reference). Raises `Refusal`."""
        self._authenticate(sent, now)
        if unknown := set(sent) - _KNOWN:
            # Cloudinary ignores them; here a slip in an adapter is to show.
            raise Refusal(400, f"Unknown parameters: {sorted(unknown)}")
        public_id = sent.get("public_id", "")
        if (
            not public_id
            or len(public_id) > _LONGEST_PUBLIC_ID
            or re.search(r"[?&#\\%<>+]", public_id)
        ):
            raise Refusal(400, f"public_id ({public_id}) is invalid")
        there = self.assets.get(public_id)
        if there is not None and sent.get("overwrite") in {"0", "false"}:
            return self._told(public_id, there) | {"existing": True}
        asset = _stored(content, now, [each for each in sent.get("eager", "").split("|") if each])
        self.assets[public_id] = asset
        overwritten = {"overwritten": True} if there is not None else {}
        return self._told(public_id, asset) | overwritten

    def shown(self, path: str) -> bytes:
        """What `[transformation/][v<version>/]<public id>.<format>` shows: whatever is there now.

        The version keeps caches apart, and chooses nothing (docs: Asset versions).
        """
        match = re.fullmatch(r"(?:(c_[^/]+)/)?(?:v[0-9]+/)?(.+)\.([a-z]+)", path)
        asset = self.assets.get(match[2]) if match else None
        if match is None or asset is None or match[3] != asset.format:
            raise Refusal(404, f"Resource not found - {path}")
        if match[1] is None:
            return asset.content
        return asset.renditions.get(match[1]) or _rendered(asset.content, match[1])

    def _authenticate(self, sent: dict[str, str], now: int) -> None:
        if sent.get("api_key") != self.api_key:
            raise Refusal(401, f"Unknown API key {sent.get('api_key', '')}")
        algorithms = {"sha256"} if self.only_sha256 else {"sha1", "sha256"}
        if not is_signed(sent, secret=self.api_secret, algorithms=algorithms):
            signed = string_to_sign(sent)
            message = f"Invalid Signature {sent.get('signature')}. String to sign - '{signed}'."
            raise Refusal(401, message)
        timestamp = sent.get("timestamp", "")
        if not timestamp.isdecimal() or now - int(timestamp) > _STALE_AFTER:
            said = f"reported time is {timestamp} which is more than 1 hour ago"
            raise Refusal(400, f"Stale request - {said}")

    def _told(self, public_id: str, asset: Asset) -> Json:
        algorithm = "sha256" if self.only_sha256 else "sha1"
        path = f"v{asset.version}/{public_id}.{asset.format}"
        return {
            "asset_id": hashlib.md5(public_id.encode(), usedforsecurity=False).hexdigest(),
            "public_id": public_id,
            "version": asset.version,
            "signature": response_signature(
                public_id, asset.version, secret=self.api_secret, algorithm=algorithm
            ),
            "width": asset.width,
            "height": asset.height,
            "format": asset.format,
            "resource_type": "image",
            "created_at": datetime.fromtimestamp(asset.version, UTC).isoformat(),
            "tags": [],
            "bytes": len(asset.content),
            "type": "upload",
            "etag": hashlib.md5(asset.content, usedforsecurity=False).hexdigest(),
            "placeholder": False,
            **self._addresses(path),
            "eager": [
                {
                    "transformation": transformation,
                    "bytes": len(content),
                    "format": asset.format,
                    **self._addresses(f"{transformation}/{path}"),
                }
                for transformation, content in asset.renditions.items()
            ],
        }

    def _addresses(self, path: str) -> Json:
        place = f"://res.cloudinary.com/{self.name}/image/upload/{path}"
        return {"url": "http" + place, "secure_url": "https" + place}


def _stored(content: bytes, now: int, eager: list[str]) -> Asset:
    try:
        with Image.open(BytesIO(content)) as picture:
            width, height = picture.size
            kind = (picture.format or "").lower().replace("jpeg", "jpg")
    except (UnidentifiedImageError, OSError) as error:
        raise Refusal(400, "Invalid image file") from error
    return Asset(
        content=content,
        version=now,
        format=kind,
        width=width,
        height=height,
        renditions={each: _rendered(content, each) for each in eager},
    )


def _rendered(content: bytes, transformation: str) -> bytes:
    wanted = _FIT.fullmatch(transformation)
    if wanted is None:
        raise Refusal(400, f"Invalid transformation: {transformation}")
    out = BytesIO()
    with Image.open(BytesIO(content)) as picture:
        kind = picture.format
        picture.thumbnail((int(wanted["width"]), int(wanted["height"])))
        picture.save(out, kind)
    return out.getvalue()
