"""A fake Cloudinary: upload API and delivery as documented."""

from tests.support.fake_cloudinary.cloud import Asset, Cloud
from tests.support.fake_cloudinary.faults import Effect, Fault
from tests.support.fake_cloudinary.server import FakeCloudinary

__all__ = ["Asset", "Cloud", "Effect", "FakeCloudinary", "Fault"]
