"""Image store at Cloudinary (Cloudinary docs: Upload API reference, Authentication signatures)."""

import json
import re
from collections.abc import Mapping
from time import time
from typing import Any, Final

import cloudinary
from cloudinary import utils

from novacart.adapters.cloudinary.upload_client import UploadClient, UploadFailed, UploadResponse
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.image_processor import PreparedImage
from novacart.application.ports.image_store import (
    SMALLER_SIDES,
    STORED_NAME,
    StoredPicture,
    extension_of,
    smaller_sizes,
    stored_name,
)

# Transformations created at upload, so that the first request need not wait for them. Clients
# insert one after `/upload/` in the URL of an image, for a list or for a product page.
LIST, DETAIL = (f"c_limit,h_{side},w_{side}" for side in SMALLER_SIDES)
_REFERENCE: Final = re.compile(rf"https://.+/image/upload/v[0-9]+/(?P<name>{STORED_NAME})\.\w+")

_OK: Final = 200
_RATE_LIMITED: Final = (420, 429)
_ACCOUNT_REJECTED: Final = (401, 403, 404)
# Seconds.
_RETRY_SOON: Final = 5
_RETRY_LATER: Final = 60


class CloudinaryImageStore:
    """A public id consists of the image's name and the hash of its content.

    It is never overwritten: Cloudinary serves the current asset of a public id at every version
    in a URL, so that an order would show a later image.

    Each call passes the account, since the library's own configuration is global.
    """

    def __init__(
        self,
        *,
        cloud_name: str,
        api_key: str,
        api_secret: str,
        upload_prefix: str = "",
        client: UploadClient | None = None,
    ) -> None:
        self._account = {
            "api_key": api_key,
            "api_secret": api_secret,
            "signature_algorithm": "sha256",
            "signature_version": 2,
        }
        self._cloud_name = cloud_name
        self._upload_url, self._destroy_url = (
            utils.cloudinary_api_url(
                method, cloud_name=cloud_name, upload_prefix=upload_prefix, resource_type="image"
            )
            for method in ("upload", "destroy")
        )
        self._client = client or UploadClient()

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        public_id = stored_name(name, content)
        asset = self._call(
            self._upload_url,
            {
                # An existing asset has the same content, so an upload may be repeated.
                **self._signed(public_id=public_id, overwrite=False, eager=f"{LIST}|{DETAIL}"),
                "file": (f"image.{extension}", content, content_type),
            },
        )
        return _url_of(asset, public_id)

    def put_picture(self, image: PreparedImage, *, name: str) -> StoredPicture:
        reference = self.put(image.content, name=name, content_type=image.content_type)
        smaller = [
            (reference.replace("/upload/", f"/upload/c_limit,h_{side},w_{side}/", 1), width)
            for side, width in smaller_sizes(image)
        ]
        return StoredPicture(reference=reference, smaller=smaller)

    def stored_name(self, reference: str) -> str | None:
        match = _REFERENCE.fullmatch(reference)
        if match is None or f"/{self._cloud_name}/image/upload/" not in reference:
            return None
        return match["name"]

    def remove(self, stored_name: str) -> None:
        fields = self._signed(public_id=stored_name, invalidate=True)
        result = self._call(self._destroy_url, fields).get("result")
        if result not in {"ok", "not found"}:
            raise _invalid_response()

    def _call(self, url: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            response = self._client.post(url, fields, user_agent=cloudinary.get_user_agent())
        except UploadFailed as error:
            message = f"The call to Cloudinary failed: {error}."
            raise Unavailable(message, retry_after=_RETRY_SOON) from error
        return _parse(response)

    def _signed(self, **fields: object) -> dict[str, Any]:
        signed: dict[str, Any] = utils.sign_request(
            {**fields, "timestamp": str(int(time()))}, self._account
        )
        return signed


def _parse(response: UploadResponse) -> Mapping[str, Any]:
    """The JSON object of a successful response. Raises `Unavailable` for any other response."""
    if response.status in _RATE_LIMITED:
        raise Unavailable("Cloudinary's rate limit is exceeded.", retry_after=_RETRY_LATER)
    if response.status in _ACCOUNT_REJECTED:
        # Without Cloudinary's message, which may contain the API key.
        message = f"Cloudinary rejected the account ({response.status}): check CLOUDINARY_*."
        raise Unavailable(message, retry_after=_RETRY_LATER)
    if response.status != _OK:
        reason = response.headers.get("X-Cld-Error", "")
        message = f"Cloudinary responded with {response.status}: {reason}"
        raise Unavailable(message, retry_after=_RETRY_SOON)
    try:
        body = json.loads(response.body)
    except ValueError as error:
        raise _invalid_response() from error
    if not isinstance(body, dict):
        raise _invalid_response()
    return body


def _url_of(asset: Mapping[str, Any], public_id: str) -> str:
    """The URL of the uploaded version."""
    url = asset.get("secure_url")
    if (
        asset.get("public_id") != public_id
        or not isinstance(url, str)
        or not url.startswith("https://")
        or f"/v{asset.get('version')}/{public_id}." not in url
    ):
        raise _invalid_response()
    return url


def _invalid_response() -> Unavailable:
    return Unavailable("Cloudinary's response is invalid.", retry_after=_RETRY_SOON)
