"""Repository of the pictures of products."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from novacart.adapters.persistence.catalog.tables import product_pictures, products
from novacart.adapters.persistence.statements import insert_rows
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import Picture, SmallerImage
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import PictureId, ProductId

PICTURE_FIELDS: Final = ("id", "image", "alt", "width", "height", "source")
"""The columns with the names of the fields that they store."""

_COUNT_EDIT: Final = (
    update(products)
    .where(products.c.id == bindparam("_id"), products.c.gallery_version == bindparam("_version"))
    .values(gallery_version=products.c.gallery_version + 1)
)


class SqlGalleries:
    """Saves the difference to what was loaded."""

    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._rows: dict[ProductId, dict[int, dict[str, Any]]] = {}

    def get(self, product_id: ProductId) -> ProductGallery:
        return self.get_many([product_id])[product_id]

    def get_many(self, product_ids: Iterable[ProductId]) -> Mapping[ProductId, ProductGallery]:
        ids = set(product_ids)
        versions = {
            row.id: row.gallery_version
            for row in self._connection.execute(
                select(products.c.id, products.c.gallery_version).where(products.c.id.in_(ids))
            )
        }
        pictures: dict[int, list[Picture]] = defaultdict(list)
        for row in self._connection.execute(
            select(product_pictures)
            .where(product_pictures.c.product_id.in_(ids))
            .order_by(product_pictures.c.position, product_pictures.c.id)
        ):
            pictures[row.product_id].append(_to_picture(row))
        galleries = {
            product_id: ProductGallery(
                product_id=product_id,
                pictures=pictures[product_id],
                version=versions.get(product_id, 0),
            )
            for product_id in ids
        }
        for gallery in galleries.values():
            self._remember(gallery)
        return galleries

    def add_all(self, galleries: Sequence[ProductGallery]) -> None:
        rows = [row for gallery in galleries for row in _rows_of(gallery).values()]
        insert_rows(self._connection, product_pictures, rows, is_ahead=True)
        for gallery in galleries:
            self._remember(gallery)
            self._saved(gallery)

    def save(self, gallery: ProductGallery) -> None:
        key = {"_id": gallery.product_id, "_version": gallery.version}
        if self._connection.execute(_COUNT_EDIT, key).rowcount != 1:
            raise ConcurrentChange
        before, after = self._rows.get(gallery.product_id, {}), _rows_of(gallery)
        removed = before.keys() - after.keys()
        if removed:
            self._connection.execute(
                delete(product_pictures).where(product_pictures.c.id.in_(removed))
            )
        new = [row for picture_id, row in after.items() if picture_id not in before]
        insert_rows(self._connection, product_pictures, new)
        for picture_id, row in after.items():
            if picture_id in before and row != before[picture_id]:
                self._connection.execute(
                    update(product_pictures).where(product_pictures.c.id == picture_id).values(row)
                )
        self._remember(gallery)
        gallery.version += 1
        self._saved(gallery)

    def _remember(self, gallery: ProductGallery) -> None:
        self._rows[gallery.product_id] = _rows_of(gallery)


def _rows_of(gallery: ProductGallery) -> dict[int, dict[str, Any]]:
    """The rows of `product_pictures` by id."""
    return {
        picture.id: {
            **{name: getattr(picture, name) for name in PICTURE_FIELDS},
            "product_id": gallery.product_id,
            "position": position,
            "smaller": json.dumps([[each.image, each.width] for each in picture.smaller]),
        }
        for position, picture in enumerate(gallery.pictures)
    }


def _to_picture(row: Row[Any]) -> Picture:
    fields = {name: getattr(row, name) for name in PICTURE_FIELDS}
    smaller = (SmallerImage(image=image, width=width) for image, width in json.loads(row.smaller))
    return Picture(**{**fields, "id": PictureId(row.id)}, smaller=tuple(smaller))
