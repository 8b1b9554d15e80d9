"""The sort keys of tags, which revision 0048 adds on PostgreSQL."""

from datetime import timedelta

from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import NOON, a_product, add_product, details
from tests.support.builders.ordering import AS_CUSTOMER

_ADD_TAG = text("INSERT INTO product_tags (tag_key, product_id) VALUES ('old', 200)")
_CHANGE_PRICE = text("UPDATE products SET price_minor = 9 WHERE id = 200")
_KEYS = text(
    "SELECT tag_key, price_minor, created_at FROM product_tags ORDER BY product_id, tag_key"
)
_ARCHIVED = [("sea", None, None), ("sun", None, None)]


def test_tags_of_older_releases_have_the_sort_keys_of_their_products(postgresql_url: str) -> None:
    database = Database.connect(postgresql_url)
    begin = SqlUnitOfWorkFactory(database, AS_CUSTOMER)
    for number in range(2):
        about = details(price=500 + number, tags=("Sea", "Sun"))
        add_product(begin, a_product(200 + number, about, at=NOON + timedelta(hours=number)))
    with begin() as work:
        archived = work.products.get_for_update(ProductId(201))
        archived.archive(at=NOON)
        work.products.save(archived)
        work.commit()
    downgrade(postgresql_url, "0047")
    upgrade(postgresql_url)

    with database.reading() as connection:
        keys = [tuple(row) for row in connection.execute(_KEYS)]
    assert keys == [("sea", 500, NOON), ("sun", 500, NOON), *_ARCHIVED]
    with database.writing() as connection:
        connection.execute(_ADD_TAG)
        connection.execute(_CHANGE_PRICE)
        keys = [tuple(row) for row in connection.execute(_KEYS)]
    assert keys == [*((tag, 9, NOON) for tag in ("old", "sea", "sun")), *_ARCHIVED]
    database.dispose()
