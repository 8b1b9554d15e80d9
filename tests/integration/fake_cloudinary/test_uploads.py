"""The fake keeps to what Cloudinary documents, seen through Cloudinary's own library."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from cloudinary import exceptions, uploader

from tests.support.fake_cloudinary import Cloud, FakeCloudinary
from tests.support.fake_cloudinary.fixtures import API_KEY, API_SECRET, CLOUD
from tests.support.fake_cloudinary.signatures import string_to_sign
from tests.support.images import picture, size_of

Upload = Callable[..., dict[str, Any]]


@pytest.fixture
def upload(fake_cloudinary: FakeCloudinary) -> Upload:
    def send(content: bytes, **options: object) -> dict[str, Any]:
        given = {
            "cloud_name": CLOUD,
            "api_key": API_KEY,
            "api_secret": API_SECRET,
            "upload_prefix": fake_cloudinary.url,
            "public_id": "products/17",
        }
        told: dict[str, Any] = uploader.upload(content, **{**given, **options})
        return told

    return send


def test_the_string_to_sign_is_the_one_of_the_documentation() -> None:
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


def test_an_upload_tells_where_its_picture_is(
    fake_cloudinary: FakeCloudinary, upload: Upload
) -> None:
    told = upload(picture())
    address = f"://res.cloudinary.com/{CLOUD}/image/upload/v{told['version']}/products/17.webp"
    assert (told["url"], told["secure_url"]) == ("http" + address, "https" + address)
    assert (told["width"], told["height"], told["format"]) == (64, 48, "webp")
    assert fake_cloudinary.shown(told["secure_url"]) == picture()


def test_an_answer_is_signed(upload: Upload) -> None:
    told = upload(picture())
    said = f"public_id=products/17&version={told['version']}{API_SECRET}"
    assert told["signature"] == hashlib.sha1(said.encode(), usedforsecurity=False).hexdigest()


def test_eager_transformations_are_there_at_once(
    fake_cloudinary: FakeCloudinary, cloud: Cloud, upload: Upload
) -> None:
    small = {"crop": "limit", "width": 20, "height": 20}
    told = upload(picture(), eager=[small])
    assert list(cloud.assets["products/17"].renditions) == ["c_limit,h_20,w_20"]
    [rendition] = told["eager"]
    assert size_of(fake_cloudinary.shown(rendition["secure_url"])) == (20, 15)


def test_a_second_upload_replaces_the_first_at_every_address(
    fake_cloudinary: FakeCloudinary, upload: Upload
) -> None:
    """Versions keep caches apart, and that is all: the old address shows the new picture."""
    first = upload(picture("teal"))
    fake_cloudinary.now = lambda: time.time() + 60
    second = upload(picture("red"))
    assert second["overwritten"] is True
    assert first["secure_url"] != second["secure_url"]
    assert fake_cloudinary.shown(first["secure_url"]) == picture("red")


def test_without_overwriting_the_first_upload_stays(
    fake_cloudinary: FakeCloudinary, upload: Upload
) -> None:
    first = upload(picture("teal"))
    second = upload(picture("red"), overwrite=False)
    assert second["existing"] is True
    assert second["secure_url"] == first["secure_url"]
    assert fake_cloudinary.shown(first["secure_url"]) == picture("teal")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_both_digests_are_taken(upload: Upload, algorithm: str) -> None:
    assert upload(picture(), signature_algorithm=algorithm)["public_id"] == "products/17"


def test_a_customer_may_be_held_to_sha_256(cloud: Cloud, upload: Upload) -> None:
    cloud.only_sha256 = True
    with pytest.raises(exceptions.AuthorizationRequired, match="Invalid Signature"):
        upload(picture(), signature_algorithm="sha1")
    assert upload(picture(), signature_algorithm="sha256")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"api_secret": "another"}, exceptions.AuthorizationRequired),
        ({"api_key": "another"}, exceptions.AuthorizationRequired),
        ({"cloud_name": "another"}, exceptions.NotFound),
        ({"public_id": "a?b"}, exceptions.BadRequest),
        ({"eager": [{"effect": "sepia"}]}, exceptions.BadRequest),
    ],
)
def test_what_is_wrong_is_refused(
    cloud: Cloud, upload: Upload, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        upload(picture(), **wrong)
    assert cloud.assets == {}


def test_an_ampersand_can_not_smuggle_a_parameter_past_the_signature() -> None:
    honest = string_to_sign({"public_id": "a", "timestamp": "1"})
    smuggled = string_to_sign({"public_id": "a&timestamp=1"})
    assert honest != smuggled


def test_what_is_no_picture_is_refused(cloud: Cloud, upload: Upload) -> None:
    with pytest.raises(exceptions.BadRequest, match="Invalid image file"):
        upload(b"<html></html>")
    assert cloud.assets == {}


def test_a_signature_lives_an_hour(
    fake_cloudinary: FakeCloudinary, cloud: Cloud, upload: Upload
) -> None:
    fake_cloudinary.now = lambda: time.time() + 3590
    assert upload(picture())
    cloud.assets.clear()
    fake_cloudinary.now = lambda: time.time() + 3610
    with pytest.raises(exceptions.BadRequest, match="Stale request"):
        upload(picture())
    assert cloud.assets == {}
