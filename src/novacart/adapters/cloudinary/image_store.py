"""Pictures at Cloudinary (Cloudinary docs: Upload API reference, Authentication signatures)."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from time import time
from typing import Any, Final

import cloudinary
from cloudinary import utils

from novacart.adapters.cloudinary.bounded_post import Answer, BoundedPost, NoAnswer
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.image_store import extension_of

# Made at once, so that nobody waits for them: pages put one of these after `/upload/` in the
# address of a picture, for a list of products and for a product by itself.
LIST: Final = "c_limit,h_400,w_400"
DETAIL: Final = "c_limit,h_1200,w_1200"

_OK: Final = 200
_RATE_LIMITED: Final = (420, 429)
_NOT_OURS: Final = (401, 403, 404)
_SOON: Final = 5
_LATER: Final = 60


class CloudinaryImageStore:
    """A public id is the name of a picture and the hash of its content, and is never overwritten.

    Cloudinary shows what a public id holds now, whatever version an address names: under one
    public id for each product an order would show the picture of today once a cache forgot the
    one that was bought. Nothing is ever deleted, for the same reason.

    The account is passed with each call: the library's own configuration is one for the process.
    """

    def __init__(
        self,
        *,
        cloud_name: str,
        api_key: str,
        api_secret: str,
        upload_prefix: str = "",
        post: BoundedPost | None = None,
    ) -> None:
        self._account = {
            "api_key": api_key,
            "api_secret": api_secret,
            "signature_algorithm": "sha256",
            "signature_version": 2,
        }
        self._url: str = utils.cloudinary_api_url(
            "upload", cloud_name=cloud_name, upload_prefix=upload_prefix, resource_type="image"
        )
        self._post = post or BoundedPost()

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        public_id = f"{name}-{blake2b(content, digest_size=12).hexdigest()}"
        fields = self._signed(public_id)
        fields["file"] = (f"picture.{extension}", content, content_type)
        try:
            answer = self._post(self._url, fields, user_agent=cloudinary.get_user_agent())
        except NoAnswer as error:
            message = f"Cloudinary did not take the picture: {error}."
            raise Unavailable(message, retry_after=_SOON) from error
        return _reference(_told(answer), public_id)

    def _signed(self, public_id: str) -> dict[str, Any]:
        asked = {
            "public_id": public_id,
            # A picture that is there already is the same one: an upload may be tried again.
            "overwrite": False,
            "eager": f"{LIST}|{DETAIL}",
            "timestamp": str(int(time())),
        }
        signed: dict[str, Any] = utils.sign_request(asked, self._account)
        return signed


def _told(answer: Answer) -> Mapping[str, Any]:
    """What a successful answer says. Raises `Unavailable` for any other."""
    if answer.status in _RATE_LIMITED:
        raise Unavailable("Cloudinary's rate limit is reached.", retry_after=_LATER)
    if answer.status in _NOT_OURS:
        # Their sentence may repeat the key.
        message = f"Cloudinary refuses this account ({answer.status}): check CLOUDINARY_*."
        raise Unavailable(message, retry_after=_LATER)
    if answer.status != _OK:
        message = f"Cloudinary answered {answer.status}: {answer.headers.get('X-Cld-Error', '')}"
        raise Unavailable(message, retry_after=_SOON)
    try:
        told = json.loads(answer.body)
    except ValueError as error:
        raise _unreadable() from error
    if not isinstance(told, dict):
        raise _unreadable()
    return told


def _reference(told: Mapping[str, Any], public_id: str) -> str:
    """The address of the very version that was put."""
    address = told.get("secure_url")
    if (
        told.get("public_id") != public_id
        or not isinstance(address, str)
        or not address.startswith("https://")
        or f"/v{told.get('version')}/{public_id}." not in address
    ):
        raise _unreadable()
    return address


def _unreadable() -> Unavailable:
    return Unavailable("Cloudinary's answer can't be read.", retry_after=_SOON)
