"""Faults on demand, as Cloudinary's own library meets them."""

import pytest
from cloudinary import exceptions, uploader

from tests.support.fake_cloudinary import Cloud, Effect, FakeCloudinary, Fault
from tests.support.fake_cloudinary.fixtures import API_KEY, API_SECRET, CLOUD
from tests.support.images import picture


def send(server: FakeCloudinary, *, timeout: float = 30.0) -> object:
    return uploader.upload(
        picture(),
        cloud_name=CLOUD,
        api_key=API_KEY,
        api_secret=API_SECRET,
        upload_prefix=server.url,
        public_id="products/17",
        timeout=timeout,
    )


@pytest.mark.parametrize(
    ("effect", "seen"),
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
def test_a_fault_strikes_once(
    fake_cloudinary: FakeCloudinary, effect: Effect, seen: type[Exception]
) -> None:
    fake_cloudinary.fault(effect)
    with pytest.raises(seen):
        send(fake_cloudinary, timeout=0.5 if effect == "hang" else 30.0)
    assert fake_cloudinary.faults_left() == 0
    assert send(fake_cloudinary)


@pytest.mark.parametrize("stored", [False, True])
def test_a_lost_answer_may_have_been_a_success(
    fake_cloudinary: FakeCloudinary, cloud: Cloud, *, stored: bool
) -> None:
    fake_cloudinary.fault("hang", stored=stored)
    with pytest.raises(exceptions.Error):
        send(fake_cloudinary, timeout=0.5)
    assert fake_cloudinary.hanging.wait(60)
    assert list(cloud.assets) == (["products/17"] if stored else [])


def test_the_librarys_timeout_bounds_a_silence_and_not_the_whole(
    fake_cloudinary: FakeCloudinary,
) -> None:
    """Why the shop's adapter has a bound of its own."""
    fake_cloudinary.fault("drip", seconds=0.15)
    assert send(fake_cloudinary, timeout=1.0)


def test_a_fault_that_cannot_come_is_refused() -> None:
    with pytest.raises(ValueError, match="never read"):
        Fault(effect="close", stored=True)
