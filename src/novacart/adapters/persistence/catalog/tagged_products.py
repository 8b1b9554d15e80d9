"""Products with one of the tags of a filter.

`product_tags` has the sort keys of products, and an index of each tag in the order of each list.
"""

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    bindparam,
    select,
    union,
    union_all,
)

from novacart.adapters.persistence.catalog.list_conditions import price_bounds, tag_parameters
from novacart.adapters.persistence.catalog.list_order import ListOrder
from novacart.adapters.persistence.catalog.tables import product_tags
from novacart.adapters.persistence.keyset import is_one_of
from novacart.application.catalog.queries import ListPosition, ProductFilter


def tagged_products(filters: ProductFilter) -> Select[int]:
    """Select the ids of products that have one of the tags, as `product_id`."""
    has_tag = is_one_of(product_tags.c.tag_key, _tags(filters))
    return select(product_tags.c.product_id).where(has_tag)


def is_tagged(of_products: FromClause, filters: ProductFilter) -> ColumnElement[bool]:
    """Whether each product has one of the tags, on PostgreSQL.

    Its tags are read first. Otherwise PostgreSQL could look up each tag for each product.
    """
    tags = (
        select(product_tags.c.tag_key)
        .where(product_tags.c.product_id == of_products.c.id)
        .correlate(of_products)
        .offset(0)
        .subquery("tags")
    )
    return select(tags).where(is_one_of(tags.c.tag_key, _tags(filters))).exists()


def tagged_in_order(
    filters: ProductFilter,
    order: ListOrder,
    count: ColumnElement[int] | None,
    after: ListPosition | None,
) -> Subquery:
    """Select id and sort key of the next `count` entries of the tags after a position.

    An entry is a product with one tag: a product with several of the tags has several. Each tag is
    limited, too, so that PostgreSQL reads its entries from their index, and only as many as it
    merges. Without `count`, each product with a tag is selected once.
    """
    key, product_id = product_tags.c[order.key.name], product_tags.c.product_id
    # It is null for archived products.
    conditions = [key.is_not(None)]
    if count is None or order.is_by_price:
        # Sorted by time, finding `count` products within a price could read all of the tag.
        conditions += price_bounds(filters, product_tags.c.price_minor)
    conditions += order.follows((key, product_id), after)
    each_tag = []
    for tag in _tags(filters):
        tagged = select(product_id, key.label("sort_key"))
        tagged = tagged.where(product_tags.c.tag_key == tag, *conditions)
        if count is not None:
            tagged = tagged.order_by(*order.by(key, product_id)).limit(count)
        each_tag.append(tagged)
    if len(each_tag) == 1:
        return each_tag[0].subquery("tagged")
    if count is None:
        return union(*each_tag).subquery("tagged")
    of_each_tag = union_all(*(select(each.subquery()) for each in each_tag))
    merged = of_each_tag.subquery("of_each_tag").c
    in_order = order.by(merged.sort_key, merged.product_id)
    tagged = select(merged.product_id, merged.sort_key).order_by(*in_order).limit(count)
    return tagged.subquery("tagged")


def _tags(filters: ProductFilter) -> list[ColumnElement[str]]:
    return [bindparam(name, key, type_=Text) for name, key in tag_parameters(filters).items()]
