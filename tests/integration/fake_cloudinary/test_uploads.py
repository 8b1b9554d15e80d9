"""Uploads and delivery as documented by Cloudinary, through its library."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from cloudinary import exceptions, uploader

from tests.support.fake_cloudinary import Cloud, FakeCloudinary
from tests.support.fake_cloudinary.fixtures import API_KEY, API_SECRET, CLOUD
from tests.support.fake_cloudinary.signatures import string_to_sign
from tests.support.images import image_bytes, size_of

Upload = Callable[..., dict[str, Any]]


@pytest.fixture
def upload(fake_cloudinary: FakeCloudinary) -> Upload:
    def send(content: bytes, **options: object) -> dict[str, Any]:
        defaults = {
            "cloud_name": CLOUD,
            "api_key": API_KEY,
            "api_secret": API_SECRET,
            "upload_prefix": fake_cloudinary.url,
            "public_id": "products/17",
        }
        response: dict[str, Any] = uploader.upload(content, **{**defaults, **options})
        return response

    return send


def test_string_to_sign_is_that_of_the_documentation() -> None:
    sent = {
        "timestamp": "1315060510",
        "public_id": "sample_image",
        "eager": "w_400,h_300,c_pad|w_260,h_200,c_crop",
        "api_key": "1234567890",
        "signature": "irrelevant",
    }
    signed = string_to_sign(sent)
    expected = (
        "eager=w_400,h_300,c_pad|w_260,h_200,c_crop&public_id=sample_image&timestamp=1315060510"
    )
    assert signed == expected
    digest = hashlib.sha1((signed + "abcd").encode(), usedforsecurity=False).hexdigest()
    assert digest == "bfd09f95f331f558cbd1320e67aa8d488770583e"


def test_upload_returns_the_url_of_the_image(
    fake_cloudinary: FakeCloudinary, upload: Upload
) -> None:
    response = upload(image_bytes())
    url = f"://res.cloudinary.com/{CLOUD}/image/upload/v{response['version']}/products/17.webp"
    assert (response["url"], response["secure_url"]) == ("http" + url, "https" + url)
    assert (response["width"], response["height"], response["format"]) == (64, 48, "webp")
    assert fake_cloudinary.fetch(response["secure_url"]) == image_bytes()


def test_upload_response_is_signed(upload: Upload) -> None:
    response = upload(image_bytes())
    signed = f"public_id=products/17&version={response['version']}{API_SECRET}"
    assert response["signature"] == hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest()


def test_eager_transformations_are_stored(
    fake_cloudinary: FakeCloudinary, cloud: Cloud, upload: Upload
) -> None:
    small = {"crop": "limit", "width": 20, "height": 20}
    response = upload(image_bytes(), eager=[small])
    assert list(cloud.assets["products/17"].renditions) == ["c_limit,h_20,w_20"]
    [rendition] = response["eager"]
    assert size_of(fake_cloudinary.fetch(rendition["secure_url"])) == (20, 15)


def test_second_upload_replaces_the_image_at_every_url(
    fake_cloudinary: FakeCloudinary, upload: Upload
) -> None:
    """Versions only bust caches: the old URL returns the new image."""
    first = upload(image_bytes("teal"))
    fake_cloudinary.now = lambda: time.time() + 60
    second = upload(image_bytes("red"))
    assert second["overwritten"] is True
    assert first["secure_url"] != second["secure_url"]
    assert fake_cloudinary.fetch(first["secure_url"]) == image_bytes("red")


def test_upload_without_overwrite_keeps_the_image(
    fake_cloudinary: FakeCloudinary, upload: Upload
) -> None:
    first = upload(image_bytes("teal"))
    second = upload(image_bytes("red"), overwrite=False)
    assert second["existing"] is True
    assert second["secure_url"] == first["secure_url"]
    assert fake_cloudinary.fetch(first["secure_url"]) == image_bytes("teal")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_both_signature_algorithms_are_accepted(upload: Upload, algorithm: str) -> None:
    assert upload(image_bytes(), signature_algorithm=algorithm)["public_id"] == "products/17"


def test_sha1_can_be_disabled(cloud: Cloud, upload: Upload) -> None:
    cloud.only_sha256 = True
    with pytest.raises(exceptions.AuthorizationRequired, match="Invalid Signature"):
        upload(image_bytes(), signature_algorithm="sha1")
    assert upload(image_bytes(), signature_algorithm="sha256")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"api_secret": "another"}, exceptions.AuthorizationRequired),
        ({"api_key": "another"}, exceptions.AuthorizationRequired),
        ({"cloud_name": "another"}, exceptions.NotFound),
        ({"public_id": "a?b"}, exceptions.BadRequest),
        ({"eager": [{"effect": "sepia"}]}, exceptions.BadRequest),
    ],
)
def test_invalid_upload_raises(
    cloud: Cloud, upload: Upload, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        upload(image_bytes(), **options)
    assert cloud.assets == {}


def test_ampersand_in_a_value_changes_the_string_to_sign() -> None:
    two_parameters = string_to_sign({"public_id": "a", "timestamp": "1"})
    one_parameter = string_to_sign({"public_id": "a&timestamp=1"})
    assert two_parameters != one_parameter


def test_upload_of_no_image_raises(cloud: Cloud, upload: Upload) -> None:
    with pytest.raises(exceptions.BadRequest, match="Invalid image file"):
        upload(b"<html></html>")
    assert cloud.assets == {}


def test_signature_expires_after_an_hour(
    fake_cloudinary: FakeCloudinary, cloud: Cloud, upload: Upload
) -> None:
    fake_cloudinary.now = lambda: time.time() + 3590
    assert upload(image_bytes())
    cloud.assets.clear()
    fake_cloudinary.now = lambda: time.time() + 3610
    with pytest.raises(exceptions.BadRequest, match="Stale request"):
        upload(image_bytes())
    assert cloud.assets == {}
