"""Faults, as Cloudinary's library reports them."""

import pytest
from cloudinary import exceptions, uploader

from tests.support.fake_cloudinary import Cloud, Effect, FakeCloudinary, Fault
from tests.support.fake_cloudinary.fixtures import API_KEY, API_SECRET, CLOUD
from tests.support.images import image_bytes


def send(server: FakeCloudinary, *, timeout: float = 30.0) -> object:
    return uploader.upload(
        image_bytes(),
        cloud_name=CLOUD,
        api_key=API_KEY,
        api_secret=API_SECRET,
        upload_prefix=server.url,
        public_id="products/17",
        timeout=timeout,
    )


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("server_error", exceptions.GeneralError),
        ("unauthorized", exceptions.AuthorizationRequired),
        ("rate_limit", exceptions.RateLimited),
        ("bad_gateway", exceptions.Error),
        ("redirect", exceptions.Error),
        ("garbage", exceptions.Error),
        ("half_an_error", TypeError),
        ("hang", exceptions.Error),
        ("close", exceptions.Error),
        ("cut", exceptions.Error),
    ],
)
def test_fault_affects_one_upload(
    fake_cloudinary: FakeCloudinary, effect: Effect, expected: type[Exception]
) -> None:
    fake_cloudinary.fault(effect)
    with pytest.raises(expected):
        send(fake_cloudinary, timeout=0.5 if effect == "hang" else 30.0)
    assert fake_cloudinary.faults_left() == 0
    assert send(fake_cloudinary)


@pytest.mark.parametrize("stored", [False, True])
def test_upload_without_a_response_can_be_stored(
    fake_cloudinary: FakeCloudinary, cloud: Cloud, *, stored: bool
) -> None:
    fake_cloudinary.fault("hang", stored=stored)
    with pytest.raises(exceptions.Error):
        send(fake_cloudinary, timeout=0.5)
    assert fake_cloudinary.hanging.wait(60)
    assert list(cloud.assets) == (["products/17"] if stored else [])


def test_timeout_of_the_library_does_not_limit_the_whole_request(
    fake_cloudinary: FakeCloudinary,
) -> None:
    """This is why the adapter has its own time limit."""
    fake_cloudinary.fault("drip", seconds=0.15)
    assert send(fake_cloudinary, timeout=1.0)


def test_impossible_fault_raises() -> None:
    with pytest.raises(ValueError, match="never read"):
        Fault(effect="close", stored=True)
