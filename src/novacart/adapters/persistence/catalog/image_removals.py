"""Stored images that are to be removed if nothing shows them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, union_all

from novacart.adapters.persistence.catalog.tables import (
    categories,
    image_removals,
    product_pictures,
    products,
    variants,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines
from novacart.application.ports.image_removals import ImageRemoval
from novacart.domain.catalog.category_details import CategoryImage

# `products` and `variants` show pictures of `product_pictures`; they are read for safety.
_IMAGES: Final = (
    product_pictures.c.image,
    products.c.image,
    variants.c.image,
    order_lines.c.image,
    *(categories.c[name] for name in CategoryImage),
)


class SqlImageRemovals:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def expect(self, name: str, *, due: datetime) -> None:
        self._connection.execute(insert(image_removals), {"name": name, "due_at": due})

    def complete(self, name: str) -> None:
        self._connection.execute(delete(image_removals).where(image_removals.c.name == name))

    def schedule(self, images: Iterable[str], *, due: datetime) -> None:
        rows = [{"image": image, "due_at": due} for image in images]
        if rows:
            self._connection.execute(insert(image_removals), rows)

    def due(self, at: datetime, *, limit: int) -> Sequence[ImageRemoval]:
        rows = self._connection.execute(
            select(image_removals.c.id, image_removals.c.name, image_removals.c.image)
            .where(image_removals.c.due_at <= at)
            .order_by(image_removals.c.due_at, image_removals.c.id)
            .limit(limit)
        )
        return [ImageRemoval(*row) for row in rows]

    def discard(self, removals: Collection[ImageRemoval]) -> None:
        ids = [removal.id for removal in removals]
        self._connection.execute(delete(image_removals).where(image_removals.c.id.in_(ids)))


class SqlShownImages:
    """Reads whole tables: no index has images, since one would cost each order a write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def among(self, images: Collection[str]) -> set[str]:
        if not images:
            return set()
        each = (select(column.label("image")).where(column.in_(images)) for column in _IMAGES)
        with self._database.reading() as connection:
            return set(connection.scalars(union_all(*each)))
