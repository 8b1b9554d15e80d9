"""Cloudinary's adapter keeps the port's contract, and bears what Cloudinary may do to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cloudinary
import pytest
from cloudinary import uploader

from novacart.adapters.cloudinary.bounded_post import BUDGET, BoundedPost
from novacart.adapters.cloudinary.image_store import DETAIL, LIST, CloudinaryImageStore
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
from tests.support.images import picture, size_of

__all__ = ["cloud", "fake_cloudinary"]

NAME = "products/17"


def store_of(server: FakeCloudinary, **changed: Any) -> CloudinaryImageStore:  # noqa: ANN401 (any option)
    options = {"cloud_name": CLOUD, "api_key": API_KEY, "api_secret": API_SECRET}
    return CloudinaryImageStore(**{**options, "upload_prefix": server.url, **changed})


@pytest.fixture
def images(fake_cloudinary: FakeCloudinary) -> CloudinaryImageStore:
    return store_of(fake_cloudinary)


def refused(images: CloudinaryImageStore, content: bytes) -> Unavailable:
    with pytest.raises(Unavailable) as raised:
        images.put(content, name=NAME, content_type=WEBP)
    return raised.value


def struck(server: FakeCloudinary, effect: Effect, content: bytes) -> Unavailable:
    """What a fault does to an upload; only one that lasts is met with little patience."""
    budget = 1.0 if effect in {"hang", "drip"} else BUDGET
    error = refused(store_of(server, post=BoundedPost(budget=budget)), content)
    assert effect != "hang" or server.hanging.wait(60)
    assert server.faults_left() == 0
    return error


class TestCloudinaryImageStore(ImageStoreContract):
    @pytest.fixture
    def images(self, fake_cloudinary: FakeCloudinary) -> CloudinaryImageStore:
        return store_of(fake_cloudinary)

    @pytest.fixture
    def fetch(self, fake_cloudinary: FakeCloudinary) -> Fetch:
        return fake_cloudinary.shown


def test_a_reference_names_the_cloud_the_version_and_the_product(
    images: CloudinaryImageStore, cloud: Cloud
) -> None:
    reference = images.put(picture(), name=NAME, content_type=WEBP)
    [(public_id, asset)] = cloud.assets.items()
    assert public_id.startswith("products/17-")
    base = f"https://res.cloudinary.com/{CLOUD}/image/upload"
    assert reference == f"{base}/v{asset.version}/{public_id}.webp"


def test_the_sizes_of_list_and_detail_are_there_before_anybody_asks(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore, cloud: Cloud
) -> None:
    reference = images.put(picture(size=(1600, 800)), name=NAME, content_type=WEBP)
    [asset] = cloud.assets.values()
    assert list(asset.renditions) == [LIST, DETAIL]
    sizes = [
        size_of(fake_cloudinary.shown(reference.replace("/upload/", f"/upload/{each}/")))
        for each in (LIST, DETAIL)
    ]
    assert sizes == [(400, 200), (1200, 600)]


def test_one_public_id_a_product_would_change_what_was_bought(
    fake_cloudinary: FakeCloudinary,
) -> None:
    """The negative control: a version in an address does not keep the picture of that version."""

    def naive_put(content: bytes) -> str:
        told = uploader.upload(
            content,
            public_id=NAME,
            invalidate=True,
            cloud_name=CLOUD,
            api_key=API_KEY,
            api_secret=API_SECRET,
            upload_prefix=fake_cloudinary.url,
        )
        return str(told["secure_url"])

    bought = naive_put(picture("teal"))
    naive_put(picture("red"))
    assert fake_cloudinary.shown(bought) == picture("red")


@pytest.mark.parametrize(
    "effect",
    [
        "server_error", "bad_gateway", "unauthorized", "rate_limit", "redirect", "garbage",
        "not_an_object", "half_an_error", "elsewhere", "hang", "close", "cut", "drip",
    ],
)  # fmt: skip
def test_whatever_goes_wrong_the_picture_is_out_of_reach_and_may_be_sent_again(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore, effect: Effect
) -> None:
    before = images.put(picture("teal"), name=NAME, content_type=WEBP)
    fake_cloudinary.fault(effect, seconds=0.2)
    assert struck(fake_cloudinary, effect, picture("red")).retry_after > 0
    assert fake_cloudinary.shown(before) == picture("teal")
    after = images.put(picture("red"), name=NAME, content_type=WEBP)
    assert fake_cloudinary.shown(after) == picture("red")


@pytest.mark.parametrize("effect", ["server_error", "garbage", "hang", "cut"])
def test_a_picture_whose_answer_was_lost_is_found_again(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore, cloud: Cloud, effect: Effect
) -> None:
    fake_cloudinary.fault(effect, stored=True)
    struck(fake_cloudinary, effect, picture())
    [stored] = cloud.assets.values()
    reference = images.put(picture(), name=NAME, content_type=WEBP)
    assert f"/v{stored.version}/" in reference
    assert list(cloud.assets.values()) == [stored]


def test_nothing_is_sent_twice_by_itself(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore
) -> None:
    fake_cloudinary.fault("server_error", stored=True)
    refused(images, picture())
    assert fake_cloudinary.uploads == 1


def test_a_rate_limit_asks_for_more_patience_than_a_failure(
    fake_cloudinary: FakeCloudinary, images: CloudinaryImageStore
) -> None:
    fake_cloudinary.fault("server_error")
    failure = refused(images, picture())
    fake_cloudinary.fault("rate_limit")
    assert refused(images, picture()).retry_after > failure.retry_after


def test_a_server_that_is_not_there_is_out_of_reach() -> None:
    nobody = FakeCloudinary()
    nobody.start()
    nobody.stop()
    refused(store_of(nobody), picture())


@pytest.mark.parametrize("wrong", [{"api_key": "other"}, {"api_secret": "other"}])
def test_a_wrong_account_is_told_to_the_log_without_its_keys(
    fake_cloudinary: FakeCloudinary, wrong: dict[str, str]
) -> None:
    error = refused(store_of(fake_cloudinary, **wrong), picture())
    assert "check CLOUDINARY_" in str(error)
    assert not any(secret in str(error) for secret in (API_KEY, API_SECRET, "other"))


def test_a_customer_held_to_sha_256_is_served(images: CloudinaryImageStore, cloud: Cloud) -> None:
    cloud.only_sha256 = True
    assert images.put(picture(), name=NAME, content_type=WEBP)


@pytest.fixture
def somebody_elses_configuration() -> Iterator[None]:
    """What a process may hold from `CLOUDINARY_URL`, or from whoever called the library before."""
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


@pytest.mark.usefixtures("somebody_elses_configuration")
def test_two_shops_in_one_process_keep_their_pictures_apart() -> None:
    first = Cloud(name="first", api_key="1", api_secret="one")
    second = Cloud(name="second", api_key="2", api_secret="two")
    with FakeCloudinary(first, second) as server:
        stores = [
            store_of(server, cloud_name=each.name, api_key=each.api_key, api_secret=each.api_secret)
            for each in (first, second)
        ]

        def put(number: int) -> str:
            return stores[number % 2].put(
                picture(size=(20 + number, 20)), name=NAME, content_type=WEBP
            )

        with ThreadPoolExecutor(4) as threads:
            references = list(threads.map(put, range(12)))
        for number, reference in enumerate(references):
            assert server.shown(reference) == picture(size=(20 + number, 20))
    assert len(first.assets) == len(second.assets) == 6
    assert first.assets.keys().isdisjoint(second.assets)
