"""What every place for pictures promises."""

from collections.abc import Callable

import pytest

from novacart.application.ports.image_store import IMAGE_TYPES, ImageStore
from novacart.domain.catalog.wording import picture
from novacart.domain.shared.errors import InvalidValue

Shown = Callable[[str], bytes | None]


class ImageStoreContract:
    """Subclasses give `images`, and `shown`: what stands behind a reference."""

    @pytest.mark.parametrize("content_type", sorted(IMAGE_TYPES))
    def test_a_picture_is_shown_by_its_reference(
        self, images: ImageStore, shown: Shown, content_type: str
    ) -> None:
        reference = images.put(b"a lamp", name="products/17", content_type=content_type)
        assert shown(reference) == b"a lamp"
        assert picture("image", reference) == reference

    def test_another_picture_leaves_the_earlier_one_as_it_was(
        self, images: ImageStore, shown: Shown
    ) -> None:
        first = images.put(b"a lamp", name="products/17", content_type="image/png")
        second = images.put(b"a lamp, lit", name="products/17", content_type="image/png")
        assert first != second
        assert (shown(first), shown(second)) == (b"a lamp", b"a lamp, lit")

    def test_the_same_picture_of_two_products_is_shown_for_both(
        self, images: ImageStore, shown: Shown
    ) -> None:
        for name in ("products/17", "products/18"):
            reference = images.put(b"a lamp", name=name, content_type="image/webp")
            assert shown(reference) == b"a lamp"

    @pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", ""])
    def test_what_is_no_picture_is_refused(self, images: ImageStore, content_type: str) -> None:
        with pytest.raises(InvalidValue) as refusal:
            images.put(b"<svg/>", name="products/17", content_type=content_type)
        assert refusal.value.field == "image"
