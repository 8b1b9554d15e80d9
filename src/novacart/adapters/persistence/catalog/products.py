"""Repository of products, which also maintains the search index."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.attribute_rows import AttributeRows, attribute_values
from novacart.adapters.persistence.catalog.brand_counts import BrandCounts
from novacart.adapters.persistence.catalog.mapper import (
    from_product,
    from_variant,
    option_rows,
    to_product,
    value_rows,
)
from novacart.adapters.persistence.catalog.named_variant import (
    NAMED_VARIANT_COLUMNS,
    ensure_named,
    join_named_variant,
    named_variant,
)
from novacart.adapters.persistence.catalog.price_rows import PriceChange, PriceRows
from novacart.adapters.persistence.catalog.search_index import (
    IndexedTexts,
    add_index_rows,
    index_rows,
    indexed_texts,
    reindex_product,
)
from novacart.adapters.persistence.catalog.slug_redirects import redirect
from novacart.adapters.persistence.catalog.tables import (
    option_values,
    product_options,
    product_tags,
    products,
    variants,
)
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.adapters.persistence.statements import (
    DriverStatement,
    KeyLookup,
    insert_rows,
    rows_in,
)
from novacart.application.search_terms import facet_key
from novacart.domain.catalog.attribute_details import AttributeValues
from novacart.domain.catalog.errors import (
    ProductNotFound,
    SkuTaken,
    SlugTaken,
    VariantNotFound,
)
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.variant import Variant
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId, VariantId

_SKU_TAKEN = ("uq_variants_sku", "UNIQUE constraint failed: variants.sku")
_SLUG_TAKEN = ("uq_products_slug", "UNIQUE constraint failed: products.slug")
_CATEGORY_REMOVED = "fk_products_category_id"
_NAMES_LOCK: Final = 7_110_005  # an arbitrary number for the advisory lock
_FIND_VARIANT: Final = DriverStatement(
    select(*NAMED_VARIANT_COLUMNS).select_from(
        join_named_variant(select(literal(1).label("one")).subquery("one"))
    )
)
_VALUES = (
    select(
        product_options.c.product_id,
        product_options.c.name,
        option_values.c.option_id,
        option_values.c.id,
        option_values.c.text,
    )
    .join_from(product_options, option_values, option_values.c.option_id == product_options.c.id)
    .order_by(
        product_options.c.position,
        product_options.c.id,
        option_values.c.position,
        option_values.c.id,
    )
)
# The order makes SQLite use the index, also after an ANALYZE of a shop without SKUs or slugs.
_BY_SKU: Final = KeyLookup(
    select(variants.c.sku, variants.c.product_id).order_by(variants.c.sku), variants.c.sku
)
_BY_SLUG: Final = KeyLookup(
    select(products.c.slug, products.c.id).order_by(products.c.slug), products.c.slug
)
_NAMES: Final = (
    select(products.c.title, products.c.subtitle, products.c.brand, products.c.id)
    .where(products.c.archived_at.is_(None))
    .order_by(products.c.id)
)
_BY_VARIANT: Final = KeyLookup(select(variants.c.id, variants.c.product_id), variants.c.id)
# PostgreSQL plans the check of a foreign key once for each connection. If it reads the whole table
# because that was small, it still does so after an import has added thousands of rows.
_CHECK_KEYS_BY_INDEX: Final = DriverStatement(text("SET LOCAL enable_seqscan = off"))
_UPDATE = (
    update(products)
    .where(products.c.id == bindparam("_id"), products.c.version == bindparam("_version"))
    .values(version=products.c.version + 1)
)


class SqlProducts:
    def __init__(
        self, connection: Connection, actor: str, saved: Callable[[AggregateRoot], None]
    ) -> None:
        self._connection = connection
        self._saved = saved
        self._indexed: dict[ProductId, IndexedTexts] = {}
        self._slugs: dict[ProductId, str | None] = {}
        self._tags: dict[ProductId, set[str]] = {}
        self._brand_counts = BrandCounts(connection)
        self._attributes = AttributeRows(connection)
        self._variants = _VariantRows(connection, PriceRows(connection, actor))

    def get(self, product_id: ProductId) -> Product:
        return self._one(select(products).where(products.c.id == product_id))

    def find_variant(
        self, *, product_id: ProductId | None, variant_id: VariantId | None
    ) -> VariantId:
        ensure_named(product_id, variant_id)
        parameters = {"product_id": product_id, "variant_id": variant_id}
        [row] = _FIND_VARIANT.fetch(self._connection, parameters)
        return named_variant(product_id, *row)

    def variant_ids(self, product_id: ProductId) -> Sequence[VariantId]:
        return self._connection.scalars(
            select(variants.c.id)
            .where(variants.c.product_id == product_id)
            .order_by(variants.c.position, variants.c.id)
        ).all()

    def get_for_update(self, product_id: ProductId) -> Product:
        # FOR NO KEY UPDATE: inserts that only reference the product don't wait.
        return self._one(
            select(products).where(products.c.id == product_id).with_for_update(key_share=True)
        )

    def get_by_variant_for_update(self, variant_id: VariantId) -> Product:
        product_id = self._connection.scalar(
            select(variants.c.product_id).where(variants.c.id == variant_id)
        )
        if product_id is None:
            raise VariantNotFound
        return self.get_for_update(ProductId(product_id))

    def get_many(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        return self._many(select(products), product_ids)

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        return self._many(select(products).with_for_update(key_share=True), product_ids)

    def _many(
        self, statement: Select[*tuple[Any, ...]], product_ids: Iterable[ProductId]
    ) -> dict[ProductId, Product]:
        statement = statement.order_by(products.c.id)
        rows = rows_in(self._connection, statement, products.c.id, product_ids)
        return {product.id: product for product in self._load(rows)}

    def existing(self, product_ids: Iterable[ProductId]) -> set[ProductId]:
        rows = rows_in(self._connection, select(products.c.id), products.c.id, product_ids)
        return {ProductId(product_id) for (product_id,) in rows}

    def ids_by_sku(self, skus: Iterable[str]) -> Mapping[str, ProductId]:
        rows = _BY_SKU.fetch(self._connection, skus)
        return {sku: ProductId(product_id) for sku, product_id in rows}

    def ids_by_slug(self, slugs: Iterable[str]) -> Mapping[str, ProductId]:
        rows = _BY_SLUG.fetch(self._connection, slugs)
        return {slug: ProductId(product_id) for slug, product_id in rows}

    def ids_by_variant(self, variant_ids: Iterable[VariantId]) -> Mapping[VariantId, ProductId]:
        rows = _BY_VARIANT.fetch(self._connection, variant_ids)
        return {VariantId(variant_id): ProductId(product_id) for variant_id, product_id in rows}

    def ids_by_names(
        self, titles: Iterable[str]
    ) -> Mapping[tuple[str, str, str], Sequence[ProductId]]:
        ids: dict[tuple[str, str, str], list[ProductId]] = defaultdict(list)
        for title, subtitle, brand, product_id in rows_in(
            self._connection, _NAMES, products.c.title, titles
        ):
            ids[title, subtitle, brand].append(ProductId(product_id))
        return ids

    def lock_names(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_NAMES_LOCK)))

    def add(self, product: Product) -> None:
        skus = [each.details.sku for each in product.variants if each.details.sku]
        if len(skus) > 1:
            self._ensure_free(product, skus)
        self.add_all([product])

    def add_all(self, added: Sequence[Product]) -> None:
        if not added:
            return
        rows = [{**from_product(product), "version": product.version + 1} for product in added]
        if len(added) > 1 and self._connection.dialect.name == "postgresql":
            _CHECK_KEYS_BY_INDEX.execute_later(self._connection)
        with _mapping_conflicts([each.details.slug for each in added if each.details.slug]):
            insert_rows(self._connection, products, rows, is_ahead=True)
        self._variants.add(added)
        self._attributes.saved(added)
        add_index_rows(self._connection, index_rows(self._connection, added))
        self._add_tags(added)
        for product in added:
            self._indexed[product.id] = indexed_texts(product)
            self._slugs[product.id] = product.details.slug
            self._brand_counts.saved(product)
            product.version += 1
            self._saved(product)

    def save(self, product: Product) -> None:
        row = from_product(product)
        key = {"_id": row.pop("id"), "_version": product.version}
        slug, old_slug = product.details.slug, self._slugs.get(product.id)
        with _mapping_conflicts([slug] if slug and slug != old_slug else []):
            if self._connection.execute(_UPDATE.values(**row), key).rowcount != 1:
                raise ConcurrentChange
        if old_slug and old_slug != slug:
            redirect(self._connection, "product", old_slug, product.id)
        self._slugs[product.id] = slug
        self._save_tags(product)
        skus = self._variants.new_skus(product)
        if len(skus) > 1:
            self._ensure_free(product, skus)
        self._variants.save(product)
        self._attributes.saved([product])
        texts = indexed_texts(product)
        if self._indexed.get(product.id) != texts:
            reindex_product(self._connection, product)
            self._indexed[product.id] = texts
        self._brand_counts.saved(product)
        product.version += 1
        self._saved(product)

    def _add_tags(self, added: Sequence[Product]) -> None:
        rows = []
        for product in added:
            keys = self._tags[product.id] = _tag_keys(product)
            rows += [{"tag_key": key, "product_id": product.id} for key in sorted(keys)]
        insert_rows(self._connection, product_tags, rows, is_ahead=True)

    def _save_tags(self, product: Product) -> None:
        if _tag_keys(product) != self._tags[product.id]:
            self._connection.execute(
                delete(product_tags).where(product_tags.c.product_id == product.id)
            )
            self._add_tags([product])

    def write_counts(self) -> None:
        """Write the changed counts, as the last statement before the commit."""
        self._brand_counts.write()
        self._attributes.write()

    def _ensure_free(self, product: Product, skus: Sequence[str]) -> None:
        """Raise `SkuTaken` for the SKU of another product, which a violated index may not name."""
        for sku, owner in self.ids_by_sku(skus).items():
            if owner != product.id:
                raise SkuTaken(sku)

    def _one(self, statement: Select[*tuple[Any, ...]]) -> Product:
        loaded = self._load(self._connection.execute(statement).all())
        if not loaded:
            raise ProductNotFound
        return loaded[0]

    def _load(self, rows: Sequence[Row[Any]]) -> list[Product]:
        attributes = attribute_values(self._connection, [row.id for row in rows]) if rows else {}
        loaded = self._variants.load(rows, attributes)
        for product in loaded:
            self._indexed[product.id] = indexed_texts(product)
            self._slugs[product.id] = product.details.slug
            self._tags[product.id] = _tag_keys(product)
            self._brand_counts.loaded(product)
            self._attributes.loaded(product, attributes.get(product.id, ()))
        return loaded


def _tag_keys(product: Product) -> set[str]:
    return {facet_key(tag) for tag in product.details.tags}


class _VariantRows:
    """The rows of products' options and variants. Saves the difference to what was loaded."""

    def __init__(self, connection: Connection, prices: PriceRows) -> None:
        self._connection = connection
        self._prices = prices
        self._variants: dict[ProductId, dict[VariantId, Variant]] = {}
        self._options: dict[ProductId, list[dict[str, Any]]] = {}
        self._values: dict[ProductId, list[dict[str, Any]]] = {}

    def load(
        self, rows: Sequence[Row[Any]], attributes: Mapping[int, AttributeValues]
    ) -> list[Product]:
        """The products of rows of `products`, with values of attributes by product.

        Raises `ConcurrentChange` if a product that is not locked changes meanwhile.
        """
        ids = [row.id for row in rows]
        if not ids:
            return []
        of_products: dict[int, list[Row[Any]]] = defaultdict(list)
        with_options = []
        for row in self._connection.execute(
            select(variants).where(variants.c.product_id.in_(ids)).order_by(variants.c.id)
        ):
            of_products[row.product_id].append(row)
            if row.combination:
                with_options.append(row.product_id)
        values: dict[int, list[Row[Any]]] = defaultdict(list)
        if with_options:
            statement = _VALUES.where(product_options.c.product_id.in_(set(with_options)))
            for row in self._connection.execute(statement):
                values[row.product_id].append(row)
        try:
            loaded = [
                to_product(row, of_products[row.id], values[row.id], attributes.get(row.id, ()))
                for row in rows
            ]
        except KeyError as error:
            raise ConcurrentChange from error
        for product in loaded:
            self._remember(product)
        return loaded

    def add(self, added: Sequence[Product]) -> None:
        rows = [from_variant(product, each) for product in added for each in product.variants]
        skus = [row["sku"] for row in rows if row["sku"]] if len(added) == 1 else []
        with _mapping_taken_sku(skus):
            insert_rows(self._connection, variants, rows, is_ahead=len(added) > 1)
        self._prices.add(
            (variant, product.updated_at) for product in added for variant in product.variants
        )
        for product in added:
            self._remember(product)
        for table, of_products in (
            (product_options, self._options),
            (option_values, self._values),
        ):
            new = [row for product in added for row in of_products[product.id]]
            insert_rows(self._connection, table, new, is_ahead=True)

    def new_skus(self, product: Product) -> list[str]:
        """The SKUs that a variant of the product has now and did not have before."""
        before = self._variants[product.id]
        return [
            each.details.sku
            for each in product.variants
            if each.details.sku
            and (each.id not in before or before[each.id].details.sku != each.details.sku)
        ]

    def save(self, product: Product) -> None:
        have_options_changed = self._save_options(product)
        before = self._variants[product.id]
        new, changed, prices = [], [], []
        for variant in product.variants:
            if variant.id not in before:
                new.append(variant)
            elif have_options_changed or variant != before[variant.id]:
                changed.append(from_variant(product, variant))
                details = before[variant.id].details
                prices.append(PriceChange(variant.id, details, variant.details))
        lowest = self._prices.append(prices, at=product.updated_at)
        for row in changed:
            if row["id"] in lowest:
                row["lowest_30_days_minor"] = lowest[row["id"]]
        with _mapping_taken_sku(self.new_skus(product)):
            if len(changed) > 1:
                self._release_skus(before, changed)
                self._release_combinations(before, product, changed)
            for row in changed:
                variant_id = row.pop("id")
                self._connection.execute(
                    update(variants).where(variants.c.id == variant_id).values(row)
                )
            rows = [from_variant(product, variant) for variant in new]
            insert_rows(self._connection, variants, rows)
        self._prices.add((variant, product.updated_at) for variant in new)
        self._remember(product)

    def _release_skus(
        self, before: Mapping[VariantId, Variant], changed: Sequence[Mapping[str, Any]]
    ) -> None:
        """Remove the SKUs that change, so that two variants can exchange theirs."""
        released = [
            row["id"] for row in changed if before[row["id"]].details.sku not in {None, row["sku"]}
        ]
        if released:
            self._connection.execute(
                update(variants).where(variants.c.id.in_(released)).values(sku=None)
            )

    def _release_combinations(
        self,
        before: Mapping[VariantId, Variant],
        product: Product,
        changed: Sequence[Mapping[str, Any]],
    ) -> None:
        """Remove the combinations of values that become free, so that others can get them."""
        released = [
            variant_id
            for variant_id in (row["id"] for row in changed)
            if not before[variant_id].is_archived
            and (
                product.variant(variant_id).is_archived
                or product.variant(variant_id).combination != before[variant_id].combination
            )
        ]
        if released:
            self._connection.execute(
                update(variants)
                .where(variants.c.id.in_(released))
                # No combination, and different for each variant.
                .values(combination=literal("-").concat(cast(variants.c.id, Text)))
            )

    def _save_options(self, product: Product) -> bool:
        """Return whether they changed."""
        options, values = option_rows(product), value_rows(product)
        options_before = self._options.get(product.id, [])
        values_before = self._values.get(product.id, [])
        if (options, values) == (options_before, values_before):
            return False
        self._delete_rows(option_values, values_before, values)
        self._delete_rows(product_options, options_before, options)
        self._put_rows(product_options, options_before, options)
        self._put_rows(option_values, values_before, values)
        return True

    def _delete_rows(
        self, table: Table, before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
    ) -> None:
        removed = {row["id"] for row in before} - {row["id"] for row in after}
        if removed:
            self._connection.execute(delete(table).where(table.c.id.in_(removed)))

    def _put_rows(
        self, table: Table, before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
    ) -> None:
        stored = {row["id"]: row for row in before}
        new = [row for row in after if row["id"] not in stored]
        insert_rows(self._connection, table, new)
        for row in after:
            if row["id"] in stored and row != stored[row["id"]]:
                self._connection.execute(update(table).where(table.c.id == row["id"]).values(row))

    def _remember(self, product: Product) -> None:
        self._variants[product.id] = {each.id: each for each in product.variants}
        self._options[product.id] = option_rows(product)
        self._values[product.id] = value_rows(product)


@contextmanager
def _mapping_taken_sku(skus: Sequence[str]) -> Iterator[None]:
    """Raise `SkuTaken`, or `ConcurrentChange` if the database doesn't say which SKU is taken."""
    try:
        yield
    except IntegrityError as error:
        if violated_constraint(error) not in _SKU_TAKEN:
            raise
        if len(skus) != 1:
            raise ConcurrentChange from error
        raise SkuTaken(skus[0]) from error


@contextmanager
def _mapping_conflicts(slugs: Sequence[str]) -> Iterator[None]:
    """Raise `SlugTaken`, or `ConcurrentChange` if the database doesn't say which slug is taken.

    Raise `ConcurrentChange` for a category that was removed after it was found.
    """
    try:
        yield
    except IntegrityError as error:
        constraint = violated_constraint(error)
        if constraint == _CATEGORY_REMOVED:
            raise ConcurrentChange from error
        if constraint not in _SLUG_TAKEN:
            raise
        if len(slugs) != 1:
            raise ConcurrentChange from error
        raise SlugTaken(slugs[0], "product") from error
