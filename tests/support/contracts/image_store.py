"""What every store of pictures promises."""

from collections.abc import Callable

import pytest

from novacart.application.ports.image_store import IMAGE_TYPES, ImageStore
from novacart.domain.catalog.text_rules import picture as kept_by_the_catalogue
from novacart.domain.shared.errors import InvalidValue
from tests.support.images import picture

Shown = Callable[[str], bytes | None]
WEBP = "image/webp"


class ImageStoreContract:
    """Subclasses give `images`, and `shown`: what a browser sees at a reference."""

    @pytest.mark.parametrize("content_type", IMAGE_TYPES)
    def test_a_picture_is_shown_by_its_reference(
        self, images: ImageStore, shown: Shown, content_type: str
    ) -> None:
        content = picture(kind=content_type.removeprefix("image/"))
        reference = images.put(content, name="products/17", content_type=content_type)
        assert shown(reference) == content

    def test_the_catalogue_can_keep_a_reference(self, images: ImageStore) -> None:
        reference = images.put(picture(), name="products/17", content_type=WEBP)
        assert kept_by_the_catalogue("image", reference) == reference

    def test_another_picture_leaves_the_earlier_one_showing(
        self, images: ImageStore, shown: Shown
    ) -> None:
        bought = images.put(picture("teal"), name="products/17", content_type=WEBP)
        newer = images.put(picture("red"), name="products/17", content_type=WEBP)
        assert bought != newer
        assert shown(bought) == picture("teal")
        assert shown(newer) == picture("red")

    def test_the_same_picture_may_be_put_again(self, images: ImageStore, shown: Shown) -> None:
        first = images.put(picture(), name="products/17", content_type=WEBP)
        again = images.put(picture(), name="products/17", content_type=WEBP)
        assert shown(first) == shown(again) == picture()

    def test_pictures_of_different_things_are_apart(self, images: ImageStore, shown: Shown) -> None:
        names = ["products/1", "products/11", "categories/1/image", "categories/1/mobile-image"]
        references = {
            name: images.put(picture(size=(20 + place, 20)), name=name, content_type=WEBP)
            for place, name in enumerate(names)
        }
        assert len(set(references.values())) == len(names)
        for place, name in enumerate(names):
            assert shown(references[name]) == picture(size=(20 + place, 20))

    @pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "image/gif", ""])
    def test_a_type_that_no_page_shows_safely_is_refused(
        self, images: ImageStore, content_type: str
    ) -> None:
        with pytest.raises(InvalidValue) as refused:
            images.put(b"<svg/>", name="products/17", content_type=content_type)
        assert refused.value.field == "image"

    @pytest.mark.parametrize(
        "name", ["", "/", "../17", "products/../17", "/etc", "a//b", "a/", "A", "a.b", "a\n", "é"]
    )
    def test_a_name_that_could_lead_elsewhere_is_a_mistake(
        self, images: ImageStore, name: str
    ) -> None:
        with pytest.raises(ValueError, match="names no picture"):
            images.put(picture(), name=name, content_type=WEBP)
