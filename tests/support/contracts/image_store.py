"""Contract of the `ImageStore` port."""

from collections.abc import Callable
from functools import cache

import pytest

from novacart.application.ports.image_processor import PreparedImage
from novacart.application.ports.image_store import IMAGE_TYPES, ImageStore, stored_name
from novacart.domain.catalog import text_rules
from novacart.domain.shared.errors import InvalidValue
from tests.support.images import image_bytes

Fetch = Callable[[str], bytes | None]
WEBP = "image/webp"


class ImageStoreContract:
    """Subclasses provide `images`, and `fetch`, which gets the content at a reference."""

    @pytest.mark.parametrize("content_type", IMAGE_TYPES)
    def test_stored_image_is_served_at_its_reference(
        self, images: ImageStore, fetch: Fetch, content_type: str
    ) -> None:
        content = image_bytes(kind=content_type.removeprefix("image/"))
        reference = images.put(content, name="products/17", content_type=content_type)
        assert fetch(reference) == content

    def test_reference_is_valid_for_a_product(self, images: ImageStore) -> None:
        reference = images.put(image_bytes(), name="products/17", content_type=WEBP)
        assert text_rules.image_reference("image", reference) == reference

    def test_new_image_leaves_the_old_reference_unchanged(
        self, images: ImageStore, fetch: Fetch
    ) -> None:
        old = images.put(image_bytes("teal"), name="products/17", content_type=WEBP)
        new = images.put(image_bytes("red"), name="products/17", content_type=WEBP)
        assert old != new
        assert fetch(old) == image_bytes("teal")
        assert fetch(new) == image_bytes("red")

    def test_same_image_may_be_stored_again(self, images: ImageStore, fetch: Fetch) -> None:
        first = images.put(image_bytes(), name="products/17", content_type=WEBP)
        again = images.put(image_bytes(), name="products/17", content_type=WEBP)
        assert fetch(first) == fetch(again) == image_bytes()

    def test_images_with_different_names_have_different_references(
        self, images: ImageStore, fetch: Fetch
    ) -> None:
        names = ["products/1", "products/11", "categories/1/image", "categories/1/mobile-image"]
        references = {
            name: images.put(image_bytes(size=(20 + number, 20)), name=name, content_type=WEBP)
            for number, name in enumerate(names)
        }
        assert len(set(references.values())) == len(names)
        for number, name in enumerate(names):
            assert fetch(references[name]) == image_bytes(size=(20 + number, 20))

    def test_picture_is_stored_in_three_sizes(self, images: ImageStore, fetch: Fetch) -> None:
        stored = images.put_picture(_prepared(1600, 800), name="products/17/3")
        assert [width for _, width in stored.smaller] == [400, 1200]
        references = [*(reference for reference, _ in stored.smaller), stored.reference]
        assert len(set(references)) == 3
        for reference in references:
            assert text_rules.image_reference("image", reference) == reference
            assert fetch(reference)

    @pytest.mark.parametrize(("size", "widths"), [((300, 400), []), ((800, 1000), [320])])
    def test_picture_has_no_versions_as_large_as_itself(
        self, images: ImageStore, size: tuple[int, int], widths: list[int]
    ) -> None:
        stored = images.put_picture(_prepared(*size), name="products/17/3")
        assert [width for _, width in stored.smaller] == widths

    def test_removed_picture_is_gone_with_its_versions(
        self, images: ImageStore, fetch: Fetch
    ) -> None:
        other = images.put_picture(_prepared(1600, 800), name="products/17/33")
        removed = images.put_picture(_prepared(1600, 800), name="products/17/3")
        name = images.stored_name(removed.reference)
        assert name is not None
        assert name == stored_name("products/17/3", _prepared(1600, 800).content)
        images.remove(name)
        images.remove(name)
        for reference in [removed.reference, *(version for version, _ in removed.smaller)]:
            assert not _exists(fetch, reference)
        assert fetch(other.reference)
        assert fetch(other.smaller[0][0])

    @pytest.mark.parametrize(
        "reference",
        [
            "https://elsewhere.test/image/upload/v1/products/17-0123456789abcdef01234567.webp",
            "https://elsewhere.test/products/17.webp",
            "/media/products/old.webp",
            "/media/../products/17-0123456789abcdef01234567.webp",
        ],
    )
    def test_image_elsewhere_has_no_stored_name(self, images: ImageStore, reference: str) -> None:
        assert images.stored_name(reference) is None

    @pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "image/gif", ""])
    def test_unsupported_type_raises(self, images: ImageStore, content_type: str) -> None:
        with pytest.raises(InvalidValue) as raised:
            images.put(b"<svg/>", name="products/17", content_type=content_type)
        assert raised.value.field == "image"

    @pytest.mark.parametrize(
        "name", ["", "/", "../17", "products/../17", "/etc", "a//b", "a/", "A", "a.b", "a\n", "é"]
    )
    def test_invalid_name_raises(self, images: ImageStore, name: str) -> None:
        with pytest.raises(ValueError, match="not a valid image name"):
            images.put(image_bytes(), name=name, content_type=WEBP)


@cache
def _prepared(width: int, height: int) -> PreparedImage:
    content = image_bytes(size=(width, height))
    return PreparedImage(content=content, content_type=WEBP, width=width, height=height)


def _exists(fetch: Fetch, reference: str) -> bool:
    try:
        return fetch(reference) is not None
    except Exception:  # noqa: BLE001 (each store has its own error)
        return False
