"""The price history, written in the transaction that changes a price."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, case, func, insert, select

from novacart.adapters.persistence.catalog.tables import price_history
from novacart.adapters.persistence.statements import insert_rows
from novacart.domain.catalog.price_history import (
    PRIOR_PRICE_PERIOD,
    PriceEntry,
    has_new_price,
    lowest_price_30_days,
    starts_reduction,
)
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.ids import VariantId
from novacart.domain.shared.money import Money

# Clocks of several machines differ: an entry is not valid before the previous one.
_PREVIOUS: Final = (
    select(func.max(price_history.c.valid_from))
    .where(price_history.c.variant_id == bindparam("_variant_id"))
    .scalar_subquery()
)
_VALID_FROM: Final = bindparam("_valid_from", type_=price_history.c.valid_from.type)
_APPEND: Final = insert(price_history).values(
    valid_from=case((_PREVIOUS > _VALID_FROM, _PREVIOUS), else_=_VALID_FROM)
)


class PriceChange(NamedTuple):
    """The details of a variant before and after an edit."""

    variant_id: VariantId
    before: VariantDetails
    after: VariantDetails


class PriceRows:
    """Rows of `price_history`. `actor` is who changes prices."""

    def __init__(self, connection: Connection, actor: str) -> None:
        self._connection = connection
        self._actor = actor

    def add(self, added: Iterable[tuple[Variant, datetime]]) -> None:
        """Write the first prices of new variants, each with the time from which it is valid."""
        rows = [
            {**self._row(variant.id, variant.details), "valid_from": at} for variant, at in added
        ]
        insert_rows(self._connection, price_history, rows, is_ahead=True)

    def append(
        self, changes: Sequence[PriceChange], *, at: datetime
    ) -> dict[VariantId, int | None]:
        """Write changed prices.

        Returns new values of `lowest_30_days_minor`, for the variants whose price reduction
        starts or ends.
        """
        changed = [each for each in changes if has_new_price(each.before, each.after)]
        if not changed:
            return {}
        reduced = [each.variant_id for each in changed if starts_reduction(each.before, each.after)]
        history = self._history(reduced, since=at - PRIOR_PRICE_PERIOD)
        rows = [
            {
                **self._row(each.variant_id, each.after),
                "_variant_id": each.variant_id,
                "_valid_from": at,
            }
            for each in changed
        ]
        self._connection.execute(_APPEND, rows)
        lowest: dict[VariantId, int | None] = {
            each.variant_id: None for each in changed if not each.after.is_on_sale
        }
        for variant_id in reduced:
            price = lowest_price_30_days(history[variant_id], reduced_at=at)
            lowest[variant_id] = None if price is None else price.amount
        return lowest

    def _history(
        self, variant_ids: Sequence[VariantId], *, since: datetime
    ) -> dict[VariantId, list[PriceEntry]]:
        """The entries of variants since a time, and the last ones before it."""
        entries: dict[VariantId, list[PriceEntry]] = defaultdict(list)
        if not variant_ids:
            return entries
        earlier = price_history.alias("earlier")
        first = (
            select(func.max(earlier.c.id))
            .where(
                earlier.c.variant_id == price_history.c.variant_id, earlier.c.valid_from <= since
            )
            .scalar_subquery()
        )
        statement = (
            select(price_history)
            .where(
                price_history.c.variant_id.in_(variant_ids),
                price_history.c.id >= func.coalesce(first, 0),
            )
            .order_by(price_history.c.id)
        )
        for row in self._connection.execute(statement):
            entries[VariantId(row.variant_id)].append(to_price_entry(row))
        return entries

    def _row(self, variant_id: VariantId, details: VariantDetails) -> dict[str, Any]:
        compare_at = details.compare_at_price
        return {
            "variant_id": variant_id,
            "price_minor": details.price.amount,
            "currency": details.price.currency,
            "compare_at_minor": None if compare_at is None else compare_at.amount,
            "changed_by": self._actor,
        }


def to_price_entry(row: Row[Any]) -> PriceEntry:
    """The entry in a row with all columns of `price_history`."""
    compare_at = row.compare_at_minor
    return PriceEntry(
        price=Money(row.price_minor, row.currency),
        compare_at_price=None if compare_at is None else Money(compare_at, row.currency),
        valid_from=row.valid_from,
        changed_by=row.changed_by,
    )
