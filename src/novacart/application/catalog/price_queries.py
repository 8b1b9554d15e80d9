"""Queries of the price history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.catalog.price_history import PriceEntry
from novacart.domain.shared.ids import ProductId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPrice:
    """An entry of the price history. `options` are the values of the variant on one line."""

    id: int
    variant_id: VariantId
    options: str
    entry: PriceEntry


class PriceQueries(Protocol):
    """Archived products and variants are included."""

    def history(
        self,
        variant_id: VariantId,
        *,
        limit: int,
        at: datetime | None = None,
        before: int | None = None,
    ) -> Sequence[RecordedPrice]:
        """The entries of a variant, the newest first; with `at`, those valid then or earlier.

        So the first one is the price at that time, and there is none if it is not known. `before`
        continues after the entry with that id. Raises `VariantNotFound`.
        """
        ...

    def history_of_product(self, product_id: ProductId, *, limit: int) -> Sequence[RecordedPrice]:
        """The entries of all variants, the newest first."""
        ...

    def prices_at(self, product_id: ProductId, at: datetime) -> Sequence[RecordedPrice]:
        """The price of each variant at a time, by position, as far as it is known."""
        ...
