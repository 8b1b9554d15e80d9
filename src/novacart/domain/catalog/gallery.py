"""Pictures of a product."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Self

from novacart.domain.catalog.errors import CatalogLimitReached, PictureNotFound
from novacart.domain.catalog.events import (
    PictureAdded,
    PictureEdited,
    PictureRemoved,
    PicturesArranged,
    changed_fields,
    joined,
)
from novacart.domain.catalog.picture import MAX_PICTURES, Picture
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import PictureId, ProductId


class ProductGallery(AggregateRoot):
    """The pictures of a product, in the order in which they are shown.

    It has its own version, so that staff can edit pictures while others edit the product. The
    first picture is the image of the product; `Product.show_pictures` copies it. No two pictures
    have the same image, since variants refer to a picture by its image.
    """

    __slots__ = ("_pictures", "_removed", "product_id")

    def __init__(
        self, *, product_id: ProductId, pictures: Iterable[Picture] = (), version: int = 0
    ) -> None:
        super().__init__(version=version)
        self.product_id = product_id
        self._pictures = {picture.id: picture for picture in pictures}
        self._removed: list[str] = []

    @classmethod
    def of_new_product(cls, product_id: ProductId, pictures: Iterable[Picture]) -> Self:
        """The gallery of a new product, without events of its own.

        Raises `CatalogLimitReached`, and `InvalidValue` for two pictures with one image.
        """
        gallery = cls(product_id=product_id, pictures=pictures)
        if len(gallery.pictures) > MAX_PICTURES:
            raise CatalogLimitReached("pictures of a product", MAX_PICTURES)
        if len(set(gallery.images)) < len(gallery.images):
            raise InvalidValue("image", "Name each picture once.")
        return gallery

    def copy(self) -> Self:
        """A gallery with the same pictures and events, to be edited in its place."""
        copy = type(self)(product_id=self.product_id, pictures=self.pictures, version=self.version)
        for event in self._events:
            copy._record(event)  # noqa: SLF001 (of this class)
        copy._removed += self._removed  # noqa: SLF001 (of this class)
        return copy

    @property
    def has_changed(self) -> bool:
        """Whether it was changed since it was loaded."""
        return bool(self._events)

    @property
    def removed_images(self) -> list[str]:
        """The images that were removed since it was loaded."""
        return [image for image in self._removed if self.with_image(image) is None]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """In the order in which they are shown."""
        return tuple(self._pictures.values())

    @property
    def images(self) -> list[str]:
        """The images of the pictures, in their order."""
        return [picture.image for picture in self._pictures.values()]

    def picture(self, picture_id: PictureId) -> Picture:
        """Raises `PictureNotFound`."""
        if picture_id not in self._pictures:
            raise PictureNotFound
        return self._pictures[picture_id]

    def with_image(self, image: str) -> Picture | None:
        return next((each for each in self._pictures.values() if each.image == image), None)

    def from_source(self, source: str) -> Picture | None:
        """The picture that was fetched from this URL."""
        return next((each for each in self._pictures.values() if each.source == source), None)

    def ensure_room(self) -> None:
        """Raises `CatalogLimitReached` if there are `MAX_PICTURES` pictures."""
        if len(self._pictures) >= MAX_PICTURES:
            raise CatalogLimitReached("pictures of a product", MAX_PICTURES)

    def ensure_at_most_one(self) -> None:
        """Raises `InvalidValue` for several pictures.

        A client that knows one image and clears it does not mean to remove the others.
        """
        if len(self._pictures) > 1:
            raise InvalidValue("image", "The product has several pictures. Remove each of them.")

    def add(self, picture: Picture, *, at: datetime, position: int | None = None) -> None:
        """Add a picture before the one at `position`, counted from 0, by default as the last.

        Raises `CatalogLimitReached`, and `InvalidValue` for an image that is in the gallery.
        """
        self.ensure_room()
        if self.with_image(picture.image) is not None:
            raise InvalidValue("image", "The product has this picture already.")
        pictures = [*self._pictures.values()]
        pictures.insert(len(pictures) if position is None else position, picture)
        self._put(pictures)
        self._record(
            PictureAdded(
                occurred_at=at,
                product_id=self.product_id,
                picture_id=picture.id,
                picture=picture.event_data(),
            )
        )

    def replace(self, picture_id: PictureId, picture: Picture, *, at: datetime) -> None:
        """Put a new picture in the place of another one. Raises `PictureNotFound`."""
        position = list(self._pictures).index(self.picture(picture_id).id)
        self.remove(picture_id, at=at)
        self.add(picture, position=position, at=at)

    def show_first(self, picture: Picture, *, at: datetime) -> None:
        """Show an image first, as clients do that know only one image of a product.

        A picture of the gallery with this image becomes the first; otherwise `picture` replaces
        the first one.
        """
        present = self.with_image(picture.image)
        if present is not None:
            others = [each for each in self._pictures if each != present.id]
            self.arrange([present.id, *others], at=at)
        elif self._pictures:
            self.replace(next(iter(self._pictures)), picture, at=at)
        else:
            self.add(picture, at=at)

    def describe(self, picture_id: PictureId, alt: str, *, at: datetime) -> bool:
        """Change the alternative text and return whether it changed.

        Raises `PictureNotFound` and `InvalidValue`.
        """
        old = self.picture(picture_id)
        new = replace(old, alt=alt)
        before, after = changed_fields(old.event_data(), new.event_data())
        if not after:
            return False
        self._pictures[picture_id] = new
        self._record(
            PictureEdited(
                occurred_at=at,
                product_id=self.product_id,
                picture_id=picture_id,
                before=before,
                after=after,
            )
        )
        return True

    def arrange(self, picture_ids: Sequence[PictureId], *, at: datetime) -> bool:
        """Show the pictures in this order. Returns whether it is another one.

        Raises `InvalidValue` unless each picture is named once.
        """
        if sorted(picture_ids) != sorted(self._pictures):
            raise InvalidValue("images", "Name each picture of the product once.")
        if list(picture_ids) == list(self._pictures):
            return False
        self._put([self._pictures[picture_id] for picture_id in picture_ids])
        order = joined(picture_ids)
        self._record(PicturesArranged(occurred_at=at, product_id=self.product_id, order=order))
        return True

    def put(self, pictures: Sequence[Picture], *, at: datetime) -> None:
        """Show these pictures first, in this order, and the others after them.

        A picture of the gallery with the same image gets the alternative text, and keeps its id;
        others are added. Raises `CatalogLimitReached`.
        """
        for picture in pictures:
            present = self.with_image(picture.image)
            if present is None:
                self.add(picture, at=at)
            else:
                self.describe(present.id, picture.alt, at=at)
        named = {picture.image for picture in pictures}
        by_image = {picture.image: picture.id for picture in self.pictures}
        first = [by_image[picture.image] for picture in pictures]
        others = [picture.id for picture in self.pictures if picture.image not in named]
        self.arrange([*first, *others], at=at)

    def undo(self, before: Sequence[Picture], after: Sequence[Picture], *, at: datetime) -> None:
        """Undo a change of the pictures, where they are still as `after` it.

        Pictures that others added or removed since then stay so, and texts and an order that they
        changed, too. Raises `CatalogLimitReached`.
        """
        was = {picture.id: picture for picture in before}
        became = {picture.id: picture for picture in after}
        kept = [picture.id for picture in after if picture.id in self._pictures]
        is_in_order = kept == [each for each in self._pictures if each in became]
        for picture_id in kept:
            if picture_id not in was:
                self.remove(picture_id, at=at)
            elif self._pictures[picture_id].alt == became[picture_id].alt:
                self.describe(picture_id, was[picture_id].alt, at=at)
        for position, picture in enumerate(before):
            if picture.id not in became and self.with_image(picture.image) is None:
                self.add(picture, position=position, at=at)
        if is_in_order:
            first = [picture_id for picture_id in was if picture_id in self._pictures]
            others = [each for each in self._pictures if each not in was]
            self.arrange([*first, *others], at=at)

    def remove(self, picture_id: PictureId, *, at: datetime) -> None:
        """Raises `PictureNotFound`."""
        picture = self.picture(picture_id)
        del self._pictures[picture_id]
        self._removed.append(picture.image)
        self._record(
            PictureRemoved(
                occurred_at=at,
                product_id=self.product_id,
                picture_id=picture_id,
                picture=picture.event_data(),
            )
        )

    def _put(self, pictures: Iterable[Picture]) -> None:
        self._pictures = {picture.id: picture for picture in pictures}
