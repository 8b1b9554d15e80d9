"""The stock of a batch of imported products."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from novacart.application.catalog.import_report import ImportReport, StockChange
from novacart.application.catalog.imported_product import ImportedVariant
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.errors import StockIsReserved
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.stock import StockLevel
from novacart.domain.catalog.variant import Variant
from novacart.domain.shared.counted import counted
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import VariantId

_NOT_READ: Final = "the row has no stock_read"
_NO_VERSION: Final = "the row has no stock_version"
_ADJUSTED_SINCE: Final = "the stock was adjusted after the file was exported"


class ImportStock:
    """Opens the stock of new variants, and changes that of others by differences.

    See `ImportProductsCommand` for `set_stock` and `default_stock`.
    """

    def __init__(
        self, work: UnitOfWork, report: ImportReport, *, set_stock: bool, default_stock: int
    ) -> None:
        self._work = work
        self._report = report
        self._set_stock = set_stock
        self._default_stock = default_stock
        self._levels: dict[VariantId, StockLevel] = {}
        self._opened: dict[VariantId, StockLevel] = {}
        self._deltas: dict[VariantId, int] = defaultdict(int)

    def load(self, products: Iterable[Product], *, lock: bool) -> None:
        """Load, and with `lock` lock, the stock of products."""
        variant_ids = [each.id for product in products for each in product.variants]
        if lock:
            self._work.stock.lock(variant_ids)
        self._levels = self._work.stock.levels(variant_ids)

    def open(self, variant_id: VariantId, imported: ImportedVariant) -> None:
        level = StockLevel(
            variant_id=variant_id,
            on_hand=self.count_new(imported),
            reserved=0,
            version=imported.stock_version or 0,
        )
        self._opened[variant_id] = self._levels[variant_id] = level

    def count_new(self, imported: ImportedVariant) -> int:
        """Count a new variant in the report, and return its units."""
        if imported.stock is None:
            self._report.without_stock += 1
        units = self._default_stock if imported.stock is None else imported.stock
        self._report.units_added += units
        return units

    def change_for(
        self,
        product: Product,
        variant: Variant | None,
        imported: ImportedVariant,
        *,
        is_divided: bool,
    ) -> StockChange | None:
        """The change of stock that the row asks for, None if it asks for none or is a new variant.

        The first combinations of a product replace its stock, which was that of all of them; also
        those that an undo had removed, since it has restored the stock of the product
        (`is_divided`).

        Raises `InvalidValue` for one that is not possible.
        """
        is_divided = is_divided and imported.price_difference is not None
        if variant is None or imported.stock is None or imported.stock == imported.stock_read:
            return None
        level = self._levels[variant.id]
        left_because = None
        if imported.stock_read is None:
            delta = imported.stock - level.available
            if not self._set_stock and not is_divided:
                left_because = _NOT_READ
        else:
            delta = imported.stock - imported.stock_read
            if imported.stock_version != level.version:
                has_version = imported.stock_version is not None
                left_because = _ADJUSTED_SINCE if has_version else _NO_VERSION
        if delta == 0:
            return None
        if left_because is None:
            try:
                level.adjusted(delta)
            except StockIsReserved as error:
                raise InvalidValue(
                    "stock",
                    f"This removes {counted(-delta, 'unit')}. Available: {level.available}.",
                ) from error
        options = product.describe_options(variant)
        title = product.details.title
        return StockChange(
            line=imported.line,
            product_id=product.id,
            variant_id=variant.id,
            title=f"{title}, {options}" if options else title,
            before=level.available,
            after=level.available + (delta if left_because is None else 0),
            left_because=left_because,
        )

    def apply(self, changes: Sequence[StockChange | None]) -> bool:
        """Note the changes, and return whether any is applied."""
        is_applied = False
        for change in changes:
            if change is None:
                continue
            self._report.stock.append(change)
            if change.left_because is None:
                is_applied = True
                delta = change.after - change.before
                level = self._levels[change.variant_id]
                adjusted = level.adjusted(delta)
                if change.variant_id in self._deltas:
                    # The batch adjusts the stock of a variant once.
                    adjusted = replace(adjusted, version=level.version)
                self._levels[change.variant_id] = adjusted
                self._deltas[change.variant_id] += delta
        return is_applied

    def version(self, variant_id: VariantId) -> int:
        """The version of the stock after the batch."""
        return self._levels[variant_id].version

    def write(self, *, reason: str, at: datetime) -> None:
        self._work.stock.open(
            {variant_id: level.on_hand for variant_id, level in self._opened.items()},
            versions={variant_id: level.version for variant_id, level in self._opened.items()},
            reason=reason,
            at=at,
        )
        # By rising id, the order in which stock is locked everywhere.
        for variant_id, delta in sorted(self._deltas.items()):
            self._work.stock.adjust(variant_id, delta, reason=reason, at=at)
