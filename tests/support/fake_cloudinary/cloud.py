"""A product environment of Cloudinary: keys, uploads and delivery."""

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
_PARAMETERS: Final = frozenset(
    "api_key eager file invalidate overwrite public_id signature timestamp".split()
)
# The only supported transformation: scale down to fit, keeping the aspect ratio.
_FIT: Final = re.compile(r"c_limit,h_(?P<height>[0-9]+),w_(?P<width>[0-9]+)")


class CloudinaryError(Exception):
    """An error response in Cloudinary's format."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """The current image of a public id; `renditions` by transformation."""

    content: bytes
    version: int
    format: str
    width: int
    height: int
    renditions: dict[str, bytes]


@dataclass(slots=True, kw_only=True)
class Cloud:
    """`only_sha256` rejects SHA-1 signatures, as Cloudinary does on request."""

    name: str
    api_key: str
    api_secret: str
    only_sha256: bool = False
    assets: dict[str, Asset] = field(default_factory=dict)

    def upload(self, parameters: dict[str, str], content: bytes, *, now: int) -> Json:
        """Store an image (docs: Upload API reference). Raises `CloudinaryError`."""
        self._authenticate(parameters, now)
        if unknown := set(parameters) - _PARAMETERS:
            # Cloudinary ignores them; the fake detects errors in the adapter.
            raise CloudinaryError(400, f"Unknown parameters: {sorted(unknown)}")
        public_id = parameters.get("public_id", "")
        if (
            not public_id
            or len(public_id) > _LONGEST_PUBLIC_ID
            or re.search(r"[?&#\\%<>+]", public_id)
        ):
            raise CloudinaryError(400, f"public_id ({public_id}) is invalid")
        existing = self.assets.get(public_id)
        if existing is not None and parameters.get("overwrite") in {"0", "false"}:
            return self._response(public_id, existing) | {"existing": True}
        asset = _store(
            content,
            now,
            [
                transformation
                for transformation in parameters.get("eager", "").split("|")
                if transformation
            ],
        )
        self.assets[public_id] = asset
        overwritten = {"overwritten": True} if existing is not None else {}
        return self._response(public_id, asset) | overwritten

    def destroy(self, parameters: dict[str, str], *, now: int) -> Json:
        """Remove an image (docs: Upload API reference, `destroy`). Raises `CloudinaryError`."""
        self._authenticate(parameters, now)
        removed = self.assets.pop(parameters.get("public_id", ""), None)
        return {"result": "ok" if removed else "not found"}

    def fetch(self, path: str) -> bytes:
        """Return the image at `[transformation/][v<version>/]<public id>.<format>`.

        The version does not select an older image; it only busts caches (docs: Asset versions).
        """
        match = re.fullmatch(r"(?:(c_[^/]+)/)?(?:v[0-9]+/)?(.+)\.([a-z]+)", path)
        asset = self.assets.get(match[2]) if match else None
        if match is None or asset is None or match[3] != asset.format:
            raise CloudinaryError(404, f"Resource not found - {path}")
        if match[1] is None:
            return asset.content
        return asset.renditions.get(match[1]) or _transform(asset.content, match[1])

    def _authenticate(self, parameters: dict[str, str], now: int) -> None:
        if parameters.get("api_key") != self.api_key:
            raise CloudinaryError(401, f"Unknown API key {parameters.get('api_key', '')}")
        algorithms = {"sha256"} if self.only_sha256 else {"sha1", "sha256"}
        if not is_signed(parameters, secret=self.api_secret, algorithms=algorithms):
            signed = string_to_sign(parameters)
            message = (
                f"Invalid Signature {parameters.get('signature')}. String to sign - '{signed}'."
            )
            raise CloudinaryError(401, message)
        timestamp = parameters.get("timestamp", "")
        if not timestamp.isdecimal() or now - int(timestamp) > _STALE_AFTER:
            reason = f"reported time is {timestamp} which is more than 1 hour ago"
            raise CloudinaryError(400, f"Stale request - {reason}")

    def _response(self, public_id: str, asset: Asset) -> Json:
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
            **self._urls(path),
            "eager": [
                {
                    "transformation": transformation,
                    "bytes": len(content),
                    "format": asset.format,
                    **self._urls(f"{transformation}/{path}"),
                }
                for transformation, content in asset.renditions.items()
            ],
        }

    def _urls(self, path: str) -> Json:
        address = f"://res.cloudinary.com/{self.name}/image/upload/{path}"
        return {"url": "http" + address, "secure_url": "https" + address}


def _store(content: bytes, now: int, eager: list[str]) -> Asset:
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
            format_ = (image.format or "").lower().replace("jpeg", "jpg")
    except (UnidentifiedImageError, OSError) as error:
        raise CloudinaryError(400, "Invalid image file") from error
    return Asset(
        content=content,
        version=now,
        format=format_,
        width=width,
        height=height,
        renditions={
            transformation: _transform(content, transformation) for transformation in eager
        },
    )


def _transform(content: bytes, transformation: str) -> bytes:
    size = _FIT.fullmatch(transformation)
    if size is None:
        raise CloudinaryError(400, f"Invalid transformation: {transformation}")
    output = BytesIO()
    with Image.open(BytesIO(content)) as image:
        format_ = image.format
        image.thumbnail((int(size["width"]), int(size["height"])))
        image.save(output, format_)
    return output.getvalue()
