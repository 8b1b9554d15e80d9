from tests.support.fake_cloudinary.fixtures import cloud, fake_cloudinary

__all__ = ["cloud", "fake_cloudinary"]
