"""Errors of the catalog."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import ProductId, VariantId


class ProductNotFound(DomainError):
    """The product does not exist or is archived."""

    code = "product_not_found"

    def __init__(self) -> None:
        super().__init__("This product is not in the catalog.")


class VariantNotFound(DomainError):
    """The variant does not exist, is of another product, or it or its product is archived."""

    code = "variant_not_found"

    def __init__(self) -> None:
        super().__init__("This variant is not in the catalog.")


class OptionNotFound(DomainError):
    code = "option_not_found"

    def __init__(self) -> None:
        super().__init__("The product has no such option.")


class OptionValueNotFound(DomainError):
    code = "option_value_not_found"

    def __init__(self) -> None:
        super().__init__("The option has no such value.")


class PictureNotFound(DomainError):
    code = "picture_not_found"

    def __init__(self) -> None:
        super().__init__("The product has no such picture.")


class OptionValueInUse(DomainError):
    """A variant, perhaps an archived one, has the value."""

    code = "option_value_in_use"

    def __init__(self, text: str) -> None:
        super().__init__(f"A variant, perhaps an archived one, has the value “{text}”.")


class DuplicateCombination(DomainError):
    """Another variant in the catalog has the same value of each option."""

    code = "duplicate_combination"

    def __init__(
        self, variant_id: VariantId, message: str = "Another variant has the same options."
    ) -> None:
        super().__init__(message, details={"variant": variant_id})
        self.variant_id = variant_id


class VariantIsDefault(DomainError):
    """The default variant can't be archived until another one is named."""

    code = "variant_is_default"

    def __init__(self) -> None:
        super().__init__("This is the default variant. Make another variant the default first.")


class VariantNotArchived(DomainError):
    code = "variant_not_archived"

    def __init__(self) -> None:
        super().__init__("This variant is not archived.")


class CatalogLimitReached(DomainError):
    """More than is allowed of something, such as variants of a product."""

    code = "catalog_limit_reached"

    def __init__(self, subject: str, limit: int) -> None:
        """`subject` is a plural, such as “variants of a product”."""
        super().__init__(f"There can be at most {limit} {subject}.", details={"limit": limit})


class CategoryNotFound(DomainError):
    code = "category_not_found"

    def __init__(self) -> None:
        super().__init__("This category does not exist.")


class CollectionNotFound(DomainError):
    """The collection does not exist, or customers do not see it now."""

    code = "collection_not_found"

    def __init__(self) -> None:
        super().__init__("This collection does not exist.")


class AttributeNotFound(DomainError):
    code = "attribute_not_found"

    def __init__(self) -> None:
        super().__init__("This attribute does not exist.")


class AttributeCodeTaken(DomainError):
    """An attribute of the category, of one above it or of one below it has the code."""

    code = "attribute_code_taken"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"An attribute of this category, or of one above or below it, has the code “{code}”."
        )


class AttributeInUse(DomainError):
    """A product, perhaps an archived one, has a value of the attribute, or a rule names it."""

    code = "attribute_in_use"

    @classmethod
    def by_product(cls, name: str, product_id: ProductId) -> Self:
        return cls(
            f"Product {product_id} has a value of “{name}”, and others may have one. Remove their"
            " values first, also those of archived products."
        )

    @classmethod
    def by_unit(cls, name: str, product_id: ProductId) -> Self:
        """A product has a value in the unit that would be changed."""
        return cls(f"The unit can't be changed. {cls.by_product(name, product_id).message}")

    @classmethod
    def by_rule(cls, name: str, collection: str) -> Self:
        """`collection` is the name of the collection with the rule."""
        return cls(_named_by_rule(name, collection))


class AttributeChoiceInUse(DomainError):
    """A product, perhaps an archived one, has the choice, or a rule names it."""

    code = "attribute_choice_in_use"

    @classmethod
    def by_product(cls, text: str, product_id: ProductId) -> Self:
        return cls(
            f"Product {product_id} has the value “{text}”, and others may have it. Change their"
            " values first, also those of archived products."
        )

    @classmethod
    def by_rule(cls, text: str, collection: str) -> Self:
        """`collection` is the name of the collection with the rule."""
        return cls(_named_by_rule(text, collection))


def _named_by_rule(name: str, collection: str) -> str:
    return f"The rule of the collection “{collection}” names “{name}”. Change the rule first."


class AttributeNotInCategory(DomainError):
    """A product has values of attributes that its new category does not have.

    `details["attributes"]` has their codes.
    """

    code = "attribute_not_in_category"

    def __init__(self, attributes: Sequence[tuple[str, str]]) -> None:
        """`attributes` are (code, name)."""
        names = ", ".join(f"“{name}”" for _, name in attributes)
        values = "its value" if len(attributes) == 1 else "their values"
        super().__init__(
            f"The new category has no attribute {names}. Remove {values} first.",
            details={"attributes": [code for code, _ in attributes]},
        )


class CategoryInUse(DomainError):
    """A category can't be removed."""

    code = "category_in_use"

    def __init__(self) -> None:
        super().__init__("A product, another category, an attribute or a collection uses it.")


class CategoryInsideItself(DomainError):
    code = "category_inside_itself"

    def __init__(self) -> None:
        super().__init__("A category can't be moved into itself or into one of its subcategories.")


class SlugTaken(DomainError):
    """Another one of the same kind has the slug. An archived product keeps its slug."""

    code = "slug_taken"

    def __init__(self, slug: str, kind: str = "category") -> None:
        super().__init__(f"Another {kind} has the slug “{slug}”.")


class SkuTaken(DomainError):
    """Another product or variant, perhaps an archived one, has the SKU."""

    code = "sku_taken"

    def __init__(self, sku: str) -> None:
        super().__init__(f"Another variant has the SKU “{sku}”.")
        self.sku = sku


class StaleVersion(DomainError):
    """The editor read an older version than the current one."""

    code = "stale_version"

    def __init__(self) -> None:
        super().__init__("It was changed after you read it. Reload it, then repeat your change.")


class ProductNotArchived(DomainError):
    code = "product_not_archived"

    def __init__(self) -> None:
        super().__init__("This product is not archived.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A variant of which fewer units are available than requested."""

    product_id: ProductId
    variant_id: VariantId
    requested: int
    available: int


class OutOfStock(DomainError):
    """Fewer units are available than requested.

    `details["lines"]` names each variant that falls short:
    `{"product": id, "variant": id, "requested": n, "available": m}`.
    """

    code = "out_of_stock"

    def __init__(self, shortages: Sequence[Shortage]) -> None:
        """`shortages` are by rising id of the variant."""
        super().__init__(
            "There is not enough in stock.",
            details={
                "lines": [
                    {
                        "product": each.product_id,
                        "variant": each.variant_id,
                        "requested": each.requested,
                        "available": each.available,
                    }
                    for each in shortages
                ]
            },
        )


class StockIsReserved(DomainError):
    """An adjustment would leave fewer units than orders have reserved."""

    code = "stock_reserved"

    def __init__(self, *, on_hand: int, reserved: int) -> None:
        super().__init__(
            f"At most {on_hand - reserved} can be removed: {on_hand} are on hand, and orders have"
            f" reserved {reserved} of them.",
            details={"on_hand": on_hand, "reserved": reserved},
        )


class StockAlreadyMoved(DomainError):
    """The ledger already contains a movement with this reference."""

    code = "stock_already_moved"

    def __init__(self) -> None:
        super().__init__("This stock movement was already recorded.")
