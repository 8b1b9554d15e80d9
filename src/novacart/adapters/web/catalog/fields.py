"""Fields of catalog schemas, and the schema that checks currencies."""

from typing import Any

from marshmallow import ValidationError, fields

from novacart.adapters.web.http.fields import MoneyString, Schema, Text, is_storable
from novacart.adapters.web.media.routes import absolute_url, image_reference, srcset
from novacart.application.catalog.policy import CatalogPolicy
from novacart.domain.catalog.attribute_details import MAX_ATTRIBUTE_TEXT
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money, decimal_string

# marshmallow's signatures and class attributes are as they are.
# ruff: noqa: ANN401, ARG002


class PriceString(fields.String):
    """A decimal string in major units, loaded as `Money` in the currency of its schema."""

    def __init__(self, **options: Any) -> None:
        pattern = r"^[0-9]{1,12}(\.[0-9]{1,3})?$"
        super().__init__(metadata={"example": "499.00", "pattern": pattern}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **options)
        schema: PricedSchema = self.root  # type: ignore[assignment] # whose field this is
        try:
            price = Money.parse(text, schema.policy.currency)
        except InvalidValue as error:
            raise ValidationError(error.message) from error
        if price.amount < 0:
            raise ValidationError("An amount is zero or more.")
        return price


class ImageReference(Text):
    """An image's URL. One on this site, as responses contain it, is loaded as a path."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        return image_reference(super()._deserialize(value, attr, data, **options))


class ImageUrl(fields.Url):
    """The absolute URL of an image, null if there is none."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return absolute_url(value)


class ImageSizes(fields.String):
    """The attribute `srcset` of an image, null if there is none."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return srcset(value)


class AttributeValueField(fields.Field[Any]):
    """A text, a number or a boolean."""

    def __init__(self, **options: Any) -> None:
        types = ["string", "number", "boolean"]
        super().__init__(metadata={"type": types, "maxLength": MAX_ATTRIBUTE_TEXT}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, str | int | float):
            raise ValidationError("This must be a text, a number or a boolean.")
        if isinstance(value, str) and not is_storable(value):
            raise ValidationError("It contains characters that can't be stored.")
        return value


class PricedSchema(Schema):
    """A schema with prices in the currency of `policy`."""

    def __init__(self, *, policy: CatalogPolicy, **options: Any) -> None:
        super().__init__(**options)
        self.policy = policy


class CompareAtPrice(MoneyString):
    """A price that is shown crossed out."""

    def __init__(self) -> None:
        super().__init__(
            required=True,
            allow_none=True,
            metadata={"description": "The price before a sale, or the maximum retail price."},
        )


class LowestPrice(MoneyString):
    """The price that must be shown with a price reduction."""

    def __init__(self) -> None:
        super().__init__(
            required=True,
            allow_none=True,
            metadata={
                "description": "Of a variant on sale: its lowest price of the 30 days before the"
                " price reduction (Directive 98/6/EC, Article 6a). Null if it had none."
            },
        )


def optional_price(amount: int | None, currency: str) -> str | None:
    """Minor units as a decimal string in major units; None for no price."""
    return None if amount is None else decimal_string(amount, currency)
