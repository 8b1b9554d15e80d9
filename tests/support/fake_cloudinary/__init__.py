"""A Cloudinary for tests: its upload API and its delivery, as Cloudinary documents them."""

from tests.support.fake_cloudinary.cloud import Asset, Cloud
from tests.support.fake_cloudinary.faults import Effect, Fault
from tests.support.fake_cloudinary.server import FakeCloudinary

__all__ = ["Asset", "Cloud", "Effect", "FakeCloudinary", "Fault"]
