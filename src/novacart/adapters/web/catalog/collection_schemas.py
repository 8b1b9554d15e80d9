"""Request and response schemas of collections."""

from typing import Any

from marshmallow import fields, post_load, validate

from novacart.adapters.web.catalog.fields import PricedSchema
from novacart.adapters.web.catalog.query_schemas import MAX_ATTRIBUTE_FILTER, MAX_LIMIT
from novacart.adapters.web.http.fields import (
    Identifier,
    ListedText,
    MoneyString,
    QueryInteger,
    QuerySchema,
    Schema,
    StrictBoolean,
    StrictInteger,
    Text,
    UtcTime,
    rfc3339,
)
from novacart.application.catalog.collection_queries import CollectionView
from novacart.domain.catalog.attribute_details import MAX_ATTRIBUTES
from novacart.domain.catalog.category_details import MAX_NAME, MAX_POSITION
from novacart.domain.catalog.collection_details import (
    MAX_BRANDS,
    MAX_PICKED,
    CollectionRule,
    CollectionSort,
    ensure_attributes_have_category,
)
from novacart.domain.catalog.product_details import MAX_DESCRIPTION, MAX_TITLE
from novacart.domain.catalog.slugs import MAX_SLUG
from novacart.domain.catalog.text_rules import (
    MAX_META_DESCRIPTION,
    MAX_META_TITLE,
    MAX_TAG,
    MAX_TAGS,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money


class CollectionRuleSchema(Schema):
    """The conditions of a rule, all of which must hold. At least one is set."""

    brands = fields.List(fields.String(), required=True)
    tags = fields.List(fields.String(), required=True)
    attributes = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "As the filter `attribute` of lists.", "example": ["colour:Red"]},
    )
    category = fields.Integer(required=True, allow_none=True)
    min_price = MoneyString(required=True, allow_none=True)
    max_price = MoneyString(required=True, allow_none=True)
    on_sale = fields.Boolean(required=True)


class CollectionSchema(Schema):
    """A collection of products, picked by hand if `rule` is null."""

    id = Identifier(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    description = fields.String(required=True)
    rule = fields.Nested(CollectionRuleSchema, required=True, allow_none=True)
    sort = fields.Enum(
        CollectionSort,
        by_value=True,
        required=True,
        metadata={"description": "Of a collection by a rule."},
    )
    starts_at = UtcTime(required=True, allow_none=True)
    ends_at = UtcTime(required=True, allow_none=True)
    is_active = fields.Boolean(required=True)
    meta_title = fields.String(required=True, allow_none=True)
    meta_description = fields.String(required=True, allow_none=True)


class RuleWriteSchema(Schema):
    """A rule as staff write it."""

    brands = fields.List(
        ListedText(minimum=1, maximum=MAX_TITLE),
        validate=validate.Length(max=MAX_BRANDS),
        metadata={"description": "Any of these brands."},
    )
    tags = fields.List(
        ListedText(minimum=1, maximum=MAX_TAG),
        validate=validate.Length(max=MAX_TAGS),
        metadata={"description": "Any of these tags."},
    )
    attributes = fields.List(
        ListedText(minimum=3, maximum=MAX_ATTRIBUTE_FILTER),
        validate=validate.Length(max=MAX_ATTRIBUTES),
        metadata={
            "description": "As the filter `attribute` of lists: `colour:Red`, `weight:0.5..2`. They"
            " need a `category`."
        },
    )
    category = Identifier(
        attribute="category_id",
        allow_none=True,
        metadata={"description": "The id of a category, with those in it."},
    )
    min_price = MoneyString(allow_none=True)
    max_price = MoneyString(allow_none=True)
    on_sale = StrictBoolean()


class CollectionWriteSchema(PricedSchema):
    """A collection as staff write it. Loads the fields of `CollectionDetails`.

    The conditions on attributes are loaded as `rule_attributes`.
    """

    name = Text(required=True, minimum=1, maximum=MAX_NAME)
    slug = Text(
        maximum=MAX_SLUG,
        metadata={"description": "Without it, a slug is generated from the name."},
    )
    description = Text(maximum=MAX_DESCRIPTION)
    rule = fields.Nested(RuleWriteSchema, allow_none=True)
    product_ids = fields.List(
        Identifier(),
        validate=validate.Length(max=MAX_PICKED),
        metadata={"description": "The products in their order, without a rule."},
    )
    sort = fields.Enum(CollectionSort, by_value=True)
    position = StrictInteger(minimum=0, maximum=MAX_POSITION)
    is_active = StrictBoolean(metadata={"description": "By default true."})
    starts_at = UtcTime(allow_none=True)
    ends_at = UtcTime(allow_none=True)
    meta_title = Text(maximum=MAX_META_TITLE, allow_none=True)
    meta_description = Text(maximum=MAX_META_DESCRIPTION, allow_none=True)

    @post_load
    def _to_values(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        if "product_ids" in data:
            data["product_ids"] = tuple(data["product_ids"])
        if data.get("rule") is not None:
            data["rule_attributes"] = data["rule"].pop("attributes", [])
            data["rule"] = self._rule(data["rule"], data["rule_attributes"])
        return data

    def _rule(self, conditions: dict[str, Any], attributes: list[str]) -> CollectionRule:
        ensure_attributes_have_category(attributes, conditions.get("category_id"))
        prices = {
            name: self._price(name, conditions.get(name)) for name in ("min_price", "max_price")
        }
        lists = {name: tuple(conditions.get(name, ())) for name in ("brands", "tags")}
        return CollectionRule(**{**conditions, **prices, **lists})

    def _price(self, name: str, text: str | None) -> Money | None:
        try:
            return None if text is None else Money.parse(text, self.policy.currency)
        except InvalidValue as error:
            raise InvalidValue(name, error.message) from error


class CollectionPatchSchema(CollectionWriteSchema):
    """The members to change."""

    name = Text(minimum=1, maximum=MAX_NAME)


class CollectionPageSchema(QuerySchema):
    """A page of the products of a collection."""

    limit = QueryInteger(minimum=1, maximum=MAX_LIMIT)
    cursor = Text(maximum=200, metadata={"description": "Opaque, from a `Link` header."})


def collection_json(collection: CollectionView) -> dict[str, Any]:
    """The dump of `CollectionSchema`."""
    details, rule = collection.details, collection.details.rule
    return {
        "id": collection.id,
        "name": details.name,
        "slug": details.slug,
        "description": details.description,
        "rule": None
        if rule is None
        else {
            "brands": list(rule.brands),
            "tags": list(rule.tags),
            "attributes": list(collection.attributes),
            "category": rule.category_id,
            "min_price": None if rule.min_price is None else str(rule.min_price),
            "max_price": None if rule.max_price is None else str(rule.max_price),
            "on_sale": rule.on_sale,
        },
        "sort": details.sort.value,
        "starts_at": None if details.starts_at is None else rfc3339(details.starts_at),
        "ends_at": None if details.ends_at is None else rfc3339(details.ends_at),
        "is_active": details.is_active,
        "meta_title": details.meta_title,
        "meta_description": details.meta_description,
    }
