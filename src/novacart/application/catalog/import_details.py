"""The details of imported products and variants."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from novacart.application.catalog.attribute_texts import read_value
from novacart.application.catalog.import_categories import ImportCategories
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.merge_product import variant_details
from novacart.application.catalog.row_problems import ProblemCode, RowProblem
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.domain.catalog.attribute import apply_changes
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.errors import InvalidValue

# Fields that a product can do without, so that a file of another shop is imported without them.
_OPTIONAL: Final = {
    "sku",
    "barcode",
    "compare_at_price",
    "weight_g",
    "image",
    "brand",
    "subtitle",
    "slug",
    "description_html",
}


class ImportDetails:
    """Applies the values of a file to the details that the shop has.

    An invalid value of an optional field of another shop is left out and noted. Other invalid ones
    raise `InvalidValue`.
    """

    def __init__(
        self, categories: ImportCategories, sanitizer: HtmlSanitizer, report: ImportReport
    ) -> None:
        self._categories = categories
        self._sanitizer = sanitizer
        self._report = report

    def of_variant(
        self,
        product: ImportedProduct,
        imported: ImportedVariant,
        variant: Variant | None,
        inherited: Mapping[str, Any],
    ) -> VariantDetails:
        changes = dict(imported.changes)
        if product.is_lenient and variant is not None and _ends_sale(changes, variant.details):
            changes.setdefault("compare_at_price", None)
        while True:
            try:
                return variant_details(changes, variant, inherited)
            except InvalidValue as error:
                if not self._left_out(product, error, changes, imported.line):
                    raise

    def of_product(
        self,
        imported: ImportedProduct,
        changes: Mapping[str, Any],
        before: ProductDetails | None,
    ) -> ProductDetails:
        # Values of attributes depend on the category, see `with_attributes`.
        left = {**changes, "attributes": ()}
        if left.get("description_html"):
            left["description_html"] = self._sanitizer.clean(left["description_html"])
        while True:
            try:
                return ProductDetails(**left) if before is None else before.with_changes(left)
            except InvalidValue as error:
                if not self._left_out(imported, error, left, imported.line):
                    raise

    def with_attributes(
        self,
        imported: ImportedProduct,
        details: ProductDetails,
        before: ProductDetails | None,
        new_categories: Sequence[Category],
    ) -> ProductDetails:
        """The details with the values of the file. Raises as `changed_values`.

        A file has a column for the attributes of all categories: blank cells of others are skipped.
        """
        values = () if before is None else before.attributes
        given = {
            code: value
            for code, value in imported.attributes.items()
            if value is not None and value != ""
        }
        if not values and not given:
            return details
        present = self._categories.attributes_of(None if before is None else before.category_id, ())
        coming = self._categories.attributes_of(details.category_id, new_categories)
        written: dict[str, object] = dict(given)
        for each in [*present, *coming]:
            code = each.details.code
            if code in imported.attributes:
                value = imported.attributes[code]
                written[code] = read_value(each.details, value, imported.numbers)
        attributes = apply_changes(values, present, coming, written)
        return replace(details, attributes=attributes)

    def _left_out(
        self, imported: ImportedProduct, error: InvalidValue, changes: dict[str, Any], line: int
    ) -> bool:
        """Leave out the invalid value of an optional field, and note it."""
        name = error.field
        if not imported.is_lenient or name not in _OPTIONAL or name not in changes:
            return False
        del changes[name]
        column = imported.variant_columns.get(name) or imported.columns.get(name, name)
        self._report.notes.append(
            RowProblem(
                line=line,
                column=column,
                reason=f"{error.message} It was left out.",
                code=ProblemCode.VALUE_LEFT_OUT,
            )
        )
        return True


def _ends_sale(changes: Mapping[str, Any], details: VariantDetails) -> bool:
    """Whether the new price is above the present compare-at price."""
    price, compare_at = changes.get("price"), details.compare_at_price
    if price is None or compare_at is None or price.currency != compare_at.currency:
        return False
    return bool(price > compare_at)
