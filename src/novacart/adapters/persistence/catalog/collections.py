"""Repository and queries of collections."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.attributes import to_attribute
from novacart.adapters.persistence.catalog.list_conditions import IS_LISTED
from novacart.adapters.persistence.catalog.mapper import HAS_STOCK_LEVEL, LISTED_COLUMNS
from novacart.adapters.persistence.catalog.slug_redirects import redirect, redirected
from novacart.adapters.persistence.catalog.tables import (
    attributes,
    categories,
    collection_products,
    collections,
    products,
    stock_levels,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.application.catalog.attribute_filters import write_conditions
from novacart.application.catalog.collection_queries import CollectionView
from novacart.application.catalog.queries import ListedProduct, ListPosition, ProductPage
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeValue
from novacart.domain.catalog.collection import Collection
from novacart.domain.catalog.collection_details import (
    CollectionDetails,
    CollectionRule,
    CollectionSort,
)
from novacart.domain.catalog.errors import CollectionNotFound, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AttributeId, CategoryId, CollectionId, ProductId
from novacart.domain.shared.money import Money

_SLUG_TAKEN: Final = ("uq_collections_slug", "UNIQUE constraint failed: collections.slug")
_OTHER_COLUMNS: Final = {"rule", "product_ids", "sort"}
_DETAILS: Final = [
    field.name for field in fields(CollectionDetails) if field.name not in _OTHER_COLUMNS
]
_UPDATE: Final = (
    update(collections)
    .where(collections.c.id == bindparam("_id"), collections.c.version == bindparam("_version"))
    .values(version=collections.c.version + 1)
)


class SqlCollections:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._slugs: dict[CollectionId, str] = {}

    def get_for_update(self, slug: str) -> Collection:
        row = self._connection.execute(
            select(collections).where(collections.c.slug == slug).with_for_update(key_share=True)
        ).one_or_none()
        if row is None:
            raise CollectionNotFound
        picked = _picked(self._connection, [row.id])
        self._slugs[CollectionId(row.id)] = slug
        details = _to_details(row, picked.get(row.id, ()))
        return Collection(id=row.id, details=details, version=row.version)

    def named_in_rule(
        self,
        attribute_id: AttributeId,
        value: AttributeValue | None = None,
        *,
        category_ids: Container[CategoryId] | None = None,
    ) -> str | None:
        rows = self._connection.execute(select(collections).where(collections.c.is_rule))
        for row in rows:
            rule = _to_details(row, ()).rule
            if rule is not None and rule.has_condition_on(attribute_id, value, category_ids):
                return str(row.name)
        return None

    def add(self, collection: Collection) -> None:
        row = {**_from_collection(collection), "version": collection.version + 1}
        self._write(collection, insert(collections), row)

    def save(self, collection: Collection) -> None:
        row = _from_collection(collection)
        key = {"_id": row.pop("id"), "_version": collection.version}
        if self._write(collection, _UPDATE.values(**row), key) != 1:
            raise ConcurrentChange
        old_slug = self._slugs.get(collection.id)
        if old_slug is not None and old_slug != collection.details.slug:
            redirect(self._connection, "collection", old_slug, collection.id)

    def _write(
        self, collection: Collection, statement: Executable, parameters: dict[str, Any]
    ) -> int:
        try:
            row_count: int = self._connection.execute(statement, parameters).rowcount
        except IntegrityError as error:
            if violated_constraint(error) in _SLUG_TAKEN:
                raise SlugTaken(collection.details.slug, "collection") from error
            raise
        self._connection.execute(
            delete(collection_products).where(collection_products.c.collection_id == collection.id)
        )
        picked = [
            {"collection_id": collection.id, "product_id": product_id, "place": place}
            for place, product_id in enumerate(collection.details.product_ids)
        ]
        if picked:
            self._connection.execute(insert(collection_products), picked)
        collection.version += 1
        self._saved(collection)
        return row_count


class SqlCollectionQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def collections(self) -> Sequence[CollectionView]:
        statement = _VIEWS.order_by(collections.c.position, collections.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
            picked = _picked(connection, [row.id for row in rows])
            of_rules = _attributes_of_rules(connection, rows)
        return [_to_view(row, picked, of_rules) for row in rows]

    def collection(self, slug: str) -> CollectionView:
        named = collections.alias("named")
        current = select(named.c.id).where(named.c.slug == slug).scalar_subquery()
        with self._database.reading() as connection:
            row = connection.execute(
                _VIEWS.where(
                    collections.c.id == func.coalesce(current, redirected("collection", slug))
                )
            ).one_or_none()
            if row is None:
                raise CollectionNotFound
            of_rules = _attributes_of_rules(connection, [row])
            return _to_view(row, _picked(connection, [row.id]), of_rules)

    def picked_products(
        self, collection_id: CollectionId, *, limit: int, after: ListPosition | None = None
    ) -> ProductPage:
        place = collection_products.c.place
        statement = (
            select(*LISTED_COLUMNS, place)
            .select_from(collection_products)
            .join(products, products.c.id == collection_products.c.product_id)
            .join(stock_levels, HAS_STOCK_LEVEL)
            .where(IS_LISTED, collection_products.c.collection_id == collection_id)
            .order_by(place)
            .limit(limit + 1)
        )
        if after is not None:
            statement = statement.where(place > bindparam("after", after.key, type_=BigInteger))
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        last = rows[limit - 1] if len(rows) > limit else None
        return ProductPage(
            products=[ListedProduct._make(row[:-1]) for row in rows[:limit]],
            next=None if last is None else ListPosition(key=last.place, id=last.id),
        )


_VIEWS: Final = select(*collections.c, categories.c.slug.label("category_slug")).outerjoin(
    categories, categories.c.id == collections.c.category_id
)


def _picked(
    connection: Connection, collection_ids: Sequence[int]
) -> Mapping[int, Sequence[ProductId]]:
    """The picked products of collections, in their order."""
    rows = connection.execute(
        select(collection_products.c.collection_id, collection_products.c.product_id)
        .where(collection_products.c.collection_id.in_(collection_ids))
        .order_by(collection_products.c.place)
    )
    picked: dict[int, list[ProductId]] = {}
    for collection_id, product_id in rows:
        picked.setdefault(collection_id, []).append(ProductId(product_id))
    return picked


def _attributes_of_rules(
    connection: Connection,
    rows: Sequence[Any],  # rows of `_VIEWS`
) -> Sequence[Attribute]:
    ids = {attribute_id for row in rows for attribute_id, *_ in row.attributes}
    if not ids:
        return []
    found = connection.execute(select(attributes).where(attributes.c.id.in_(ids)))
    return [to_attribute(row) for row in found]


def _from_collection(collection: Collection) -> dict[str, Any]:
    """All columns of `collections` except the version."""
    details, rule = collection.details, collection.details.rule
    low = None if rule is None else rule.min_price
    high = None if rule is None else rule.max_price
    bound = high if low is None else low  # A lowest price of 0 is falsy.
    return {
        "id": collection.id,
        **{name: getattr(details, name) for name in _DETAILS},
        "sort": details.sort.value,
        "is_rule": rule is not None,
        "brands": [] if rule is None else list(rule.brands),
        "tags": [] if rule is None else list(rule.tags),
        "attributes": []
        if rule is None
        else [
            [each.attribute_id, list(each.values), each.minimum, each.maximum]
            for each in rule.attributes
        ],
        "category_id": None if rule is None else rule.category_id,
        "min_price_minor": None if low is None else low.amount,
        "max_price_minor": None if high is None else high.amount,
        "currency": None if bound is None else bound.currency,
        "on_sale": rule is not None and rule.on_sale,
    }


def _to_details(row: Row[Any], product_ids: Iterable[ProductId]) -> CollectionDetails:
    def price(minor: int | None) -> Money | None:
        # Old releases stored a lowest price of 0 without a currency. It excludes no product.
        return None if minor is None or row.currency is None else Money(minor, row.currency)

    rule = None
    if row.is_rule:
        rule = CollectionRule(
            brands=tuple(row.brands),
            tags=tuple(row.tags),
            attributes=tuple(
                AttributeCondition(
                    attribute_id=AttributeId(attribute_id),
                    values=tuple(values),
                    minimum=minimum,
                    maximum=maximum,
                )
                for attribute_id, values, minimum, maximum in row.attributes
            ),
            category_id=row.category_id,
            min_price=price(row.min_price_minor),
            max_price=price(row.max_price_minor),
            on_sale=row.on_sale,
        )
    return CollectionDetails(
        **{name: getattr(row, name) for name in _DETAILS},
        rule=rule,
        product_ids=tuple(product_ids),
        sort=CollectionSort(row.sort),
    )


def _to_view(
    row: Any,  # noqa: ANN401 (a row of `_VIEWS`)
    picked: Mapping[int, Sequence[ProductId]],
    of_rules: Sequence[Attribute],
) -> CollectionView:
    details = _to_details(row, picked.get(row.id, ()))
    conditions = () if details.rule is None else details.rule.attributes
    return CollectionView(
        id=CollectionId(row.id),
        details=details,
        category=row.category_slug,
        attributes=write_conditions(of_rules, conditions),
        version=row.version,
    )
