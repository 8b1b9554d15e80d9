"""Fixtures and pictures; a test module takes them with an import."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

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
    """Start a fake Cloudinary of this test's own, with one customer."""
    with FakeCloudinary(cloud) as server:
        yield server


def picture(colour: str = "teal", *, kind: str = "WEBP", size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def size_of(content: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(content)) as opened:
        return opened.size
