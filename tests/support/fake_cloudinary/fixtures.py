"""Fixtures of the fake Cloudinary; test modules import them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fake_cloudinary.cloud import Cloud
from tests.support.fake_cloudinary.server import FakeCloudinary

API_KEY = "314159265358979"
API_SECRET = "secret_of_the_shop"
CLOUD = "the-shop"


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(name=CLOUD, api_key=API_KEY, api_secret=API_SECRET)


@pytest.fixture
def fake_cloudinary(cloud: Cloud) -> Iterator[FakeCloudinary]:
    """Start a fake Cloudinary for this test, with one product environment."""
    with FakeCloudinary(cloud) as server:
        yield server
