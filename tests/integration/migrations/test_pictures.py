"""The migration to pictures, on a shop that an older release has filled."""

from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy import text

from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.catalog import PICTURES
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.domain.catalog.picture import Picture
from novacart.domain.shared.ids import PictureId, ProductId, VariantId
from tests.integration.migrations.test_variants import DUMP, KETTLE, LAMP
from tests.support.builders.catalog import NOON, a_variant, an_option, variant_details
from tests.support.release_dump import load_dump

BEFORE: Final = "0019"
IMAGE: Final = "/media/products/11-old.webp"


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """The release before: the lamp has an image, the kettle has none."""
    downgrade(database_url, "0014")
    database = Database.connect(database_url)
    load_dump(database, DUMP)
    with database.writing() as connection:
        connection.execute(text("UPDATE products SET image = NULL"))
        connection.execute(
            text("UPDATE products SET image = :image WHERE id = :id"), {"image": IMAGE, "id": LAMP}
        )
        connection.commit()
    upgrade(database_url, BEFORE)
    yield database
    database.dispose()


def begin(shop: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(shop, ContextVarRequestContexts())


def products(shop: Database) -> list[tuple[object, ...]]:
    with shop.reading() as connection:
        rows = connection.execute(text("SELECT id, image, version FROM products ORDER BY id"))
        return [tuple(row) for row in rows]


def violations(shop: Database) -> list[str]:
    with shop.reading() as connection:
        return list(run_all(PICTURES, connection, NOON).violations)


def test_image_becomes_the_first_picture(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    with begin(shop)() as work:
        [picture] = work.galleries.get(ProductId(LAMP)).pictures
        assert picture == Picture(id=PictureId(LAMP), image=IMAGE)
        assert work.galleries.get(ProductId(KETTLE)).pictures == ()
    assert violations(shop) == []


def test_downgrade_keeps_the_first_picture(shop: Database, database_url: str) -> None:
    before = products(shop)
    upgrade(database_url)
    with begin(shop)() as work:
        gallery = work.galleries.get(ProductId(LAMP))
        gallery.add(Picture(id=PictureId(501), image="/media/second.webp"), at=NOON)
        work.galleries.save(gallery)
        work.commit()
    downgrade(database_url, BEFORE)
    assert products(shop) == before
    upgrade(database_url)
    with begin(shop)() as work:
        assert work.galleries.get(ProductId(LAMP)).images == [IMAGE]
    assert violations(shop) == []


def test_images_of_variants_become_pictures(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    with begin(shop)() as work:
        lamp = work.products.get_for_update(ProductId(LAMP))
        size = an_option(600, "Size", "S", "M", "L")
        lamp.add_option(size, existing="S", at=NOON)
        medium, large = (
            a_variant(
                700 + number,
                {size.id: size.values[number].id},
                variant_details(price=lamp.details.price.amount, image="/media/medium.webp"),
            )
            for number in (1, 2)
        )
        lamp.add_variants([medium, large], at=NOON)
        work.products.save(lamp)
        work.stock.open({VariantId(701): 0, VariantId(702): 0}, reason="New", at=NOON)
        work.commit()
    assert len(violations(shop)) == 2
    downgrade(database_url, BEFORE)
    upgrade(database_url)
    with begin(shop)() as work:
        assert work.galleries.get(ProductId(LAMP)).images == [IMAGE, "/media/medium.webp"]
    assert violations(shop) == []
