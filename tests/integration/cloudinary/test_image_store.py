"""The Cloudinary adapter: the contract of its port, and its behaviour at faults."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cloudinary
import pytest
from cloudinary import uploader

from novacart.adapters.cloudinary.image_store import DETAIL, LIST, CloudinaryImageStore
from novacart.adapters.cloudinary.upload_client import TIMEOUT, UploadClient
from novacart.application.ports.errors import Unavailable
from tests.support.contracts.image_store import WEBP, Fetch, ImageStoreContract
from tests.support.fake_cloudinary import Cloud, Effect, FakeCloudinary
from tests.support.fake_cloudinary.fixtures import (
    API_KEY,
    API_SECRET,
    CLOUD,
    cloud,
    fake_cloudinary,
)
from tests.support.images import image_bytes, size_of

__all__ = ["cloud", "fake_cloudinary"]

NAME = "products/17"


def make_store(server: FakeCloudinary, **changes: Any) -> CloudinaryImageStore:  # noqa: ANN401 (any option)
    options = {"cloud_name": CLOUD, "api_key": API_KEY, "api_secret": API_SECRET}
    return CloudinaryImageStore(**{**options, "upload_prefix": server.url, **changes})


@pytest.fixture
def images(fake_cloudinary: FakeCloudinary) -> CloudinaryImageStore:
    return make_store(fake_cloudinary)


def put_error(images: CloudinaryImageStore, content: bytes) -> Unavailable:
    with pytest.raises(Unavailable) as raised:
        images.put(content, name=NAME, content_type=WEBP)
    return raised.value


def put_during_fault(server: FakeCloudinary, effect: Effect, content: bytes) -> Unavailable:
    """Upload with a short timeout for faults that last."""
    timeout = 1.0 if effect in {"hang", "drip"} else TIMEOUT
    error = put_error(make_store(server, client=UploadClient(timeout=timeout)), content)
    assert effect != "hang" or server.hanging.wait(60)
    assert server.faults_left() == 0
    return error


class TestCloudinaryImageStore(ImageStoreContract):
    @pytest.fixture
    def images(self, fake_cloudinary: FakeCloudinary) -> CloudinaryImageStore:
        return make_store(fake_cloudinary)

    @pytest.fixture
    def fetch(self, fake_cloudinary: FakeCloudinary) -> Fetch:
        return fake_cloudinary.fetch


def test_reference_is_the_url_of_the_uploaded_version(
    images: CloudinaryImageStore, cloud: Cloud
) -> None:
    reference = images.put(image_bytes(), name=NAME, content_type=WEBP)
    [(public_id, asset)] = cloud.assets.items()
    assert public_id.startswith("products/17-")
    base = f"https://res.cloudinary.com/{CLOUD}/image/upload"
    assert reference == f"{base}/v{asset.version}/{public_id}.webp"


def test_list_and_detail_sizes_are_created_at_upload(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore, cloud: Cloud
) -> None:
    reference = images.put(image_bytes(size=(1600, 800)), name=NAME, content_type=WEBP)
    [asset] = cloud.assets.values()
    assert list(asset.renditions) == [LIST, DETAIL]
    sizes = [
        size_of(fake_cloudinary.fetch(reference.replace("/upload/", f"/upload/{size}/")))
        for size in (LIST, DETAIL)
    ]
    assert sizes == [(400, 200), (1200, 600)]


def test_negative_control_reused_public_id_changes_old_urls(
    fake_cloudinary: FakeCloudinary,
) -> None:
    """A version in a URL does not select the image of that version."""

    def naive_put(content: bytes) -> str:
        response = uploader.upload(
            content,
            public_id=NAME,
            invalidate=True,
            cloud_name=CLOUD,
            api_key=API_KEY,
            api_secret=API_SECRET,
            upload_prefix=fake_cloudinary.url,
        )
        return str(response["secure_url"])

    old = naive_put(image_bytes("teal"))
    naive_put(image_bytes("red"))
    assert fake_cloudinary.fetch(old) == image_bytes("red")


@pytest.mark.parametrize(
    "effect",
    [
        "server_error", "bad_gateway", "unauthorized", "rate_limit", "redirect", "garbage",
        "not_an_object", "half_an_error", "elsewhere", "hang", "close", "cut", "drip",
    ],
)  # fmt: skip
def test_fault_raises_unavailable_and_the_upload_can_be_repeated(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore, effect: Effect
) -> None:
    before = images.put(image_bytes("teal"), name=NAME, content_type=WEBP)
    fake_cloudinary.fault(effect, seconds=0.2)
    assert put_during_fault(fake_cloudinary, effect, image_bytes("red")).retry_after > 0
    assert fake_cloudinary.fetch(before) == image_bytes("teal")
    after = images.put(image_bytes("red"), name=NAME, content_type=WEBP)
    assert fake_cloudinary.fetch(after) == image_bytes("red")


@pytest.mark.parametrize("effect", ["server_error", "garbage", "hang", "cut"])
def test_repeated_upload_finds_an_image_stored_without_a_response(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore, cloud: Cloud, effect: Effect
) -> None:
    fake_cloudinary.fault(effect, stored=True)
    put_during_fault(fake_cloudinary, effect, image_bytes())
    [stored] = cloud.assets.values()
    reference = images.put(image_bytes(), name=NAME, content_type=WEBP)
    assert f"/v{stored.version}/" in reference
    assert list(cloud.assets.values()) == [stored]


def test_upload_is_not_retried(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore
) -> None:
    fake_cloudinary.fault("server_error", stored=True)
    put_error(images, image_bytes())
    assert fake_cloudinary.uploads == 1


def test_retry_after_a_rate_limit_is_later_than_after_an_error(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore
) -> None:
    fake_cloudinary.fault("server_error")
    failure = put_error(images, image_bytes())
    fake_cloudinary.fault("rate_limit")
    assert put_error(images, image_bytes()).retry_after > failure.retry_after


def test_unreachable_server_raises_unavailable() -> None:
    server = FakeCloudinary()
    server.start()
    server.stop()
    put_error(make_store(server), image_bytes())


@pytest.mark.parametrize("changes", [{"api_key": "other"}, {"api_secret": "other"}])
def test_rejected_account_error_does_not_contain_the_keys(
    fake_cloudinary: FakeCloudinary, changes: dict[str, str]
) -> None:
    error = put_error(make_store(fake_cloudinary, **changes), image_bytes())
    assert "check CLOUDINARY_" in str(error)
    assert not any(secret in str(error) for secret in (API_KEY, API_SECRET, "other"))


def test_account_restricted_to_sha_256_is_supported(
    images: CloudinaryImageStore, cloud: Cloud
) -> None:
    cloud.only_sha256 = True
    assert images.put(image_bytes(), name=NAME, content_type=WEBP)


@pytest.fixture
def foreign_global_configuration() -> Iterator[None]:
    """Global configuration of the library, as `CLOUDINARY_URL` or other code sets it."""
    cloudinary.config(
        cloud_name="another",
        api_key="another",
        api_secret="another",
        upload_prefix="http://127.0.0.1:9",
        oauth_token="another",
        upload_preset="another",
        signature_algorithm="sha1",
        dpr=2,
    )
    yield
    cloudinary.reset_config()


@pytest.mark.usefixtures("foreign_global_configuration")
def test_two_accounts_in_one_process_are_separate() -> None:
    first = Cloud(name="first", api_key="1", api_secret="one")
    second = Cloud(name="second", api_key="2", api_secret="two")
    with FakeCloudinary(first, second) as server:
        stores = [
            make_store(
                server, cloud_name=cloud.name, api_key=cloud.api_key, api_secret=cloud.api_secret
            )
            for cloud in (first, second)
        ]

        def put(number: int) -> str:
            return stores[number % 2].put(
                image_bytes(size=(20 + number, 20)), name=NAME, content_type=WEBP
            )

        with ThreadPoolExecutor(4) as threads:
            references = list(threads.map(put, range(12)))
        for number, reference in enumerate(references):
            assert server.fetch(reference) == image_bytes(size=(20 + number, 20))
    assert len(first.assets) == len(second.assets) == 6
    assert first.assets.keys().isdisjoint(second.assets)
