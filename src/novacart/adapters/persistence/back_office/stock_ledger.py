"""The stock of a variant at a time, explained by the movements of the ledger."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from novacart.adapters.persistence.catalog.tables import stock_movements
from novacart.adapters.persistence.ordering.tables import orders
from novacart.application.back_office.stock_ledger import (
    LedgerEntry,
    MovementTotal,
    Reservation,
    StockLedger,
)
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.shared.ids import VariantId

PAGE_SIZE: Final = 50
_MAX_RESERVATIONS: Final = 100

_MOVED: Final = stock_movements.c
_TOTALS: Final[Select[*tuple[Any, ...]]] = select(
    _MOVED.kind,
    func.count().label("movements"),
    func.sum(_MOVED.on_hand_delta).label("on_hand"),
    func.sum(_MOVED.reserved_delta).label("reserved"),
).group_by(_MOVED.kind)
_RESERVATIONS: Final[Select[*tuple[Any, ...]]] = (
    select(_MOVED.order_id, orders.c.number, func.sum(_MOVED.reserved_delta).label("units"))
    .join_from(stock_movements, orders, orders.c.id == _MOVED.order_id, isouter=True)
    .group_by(_MOVED.order_id, orders.c.number)
    .having(func.sum(_MOVED.reserved_delta) != 0)
    .order_by(_MOVED.order_id)
)


def _sum_so_far(delta: ColumnElement[int]) -> ColumnElement[int]:
    return func.sum(delta).over(order_by=(_MOVED.occurred_at, _MOVED.id), rows=(None, 0))


_ENTRIES: Final[Select[*tuple[Any, ...]]] = (
    select(
        *stock_movements.c,
        orders.c.number,
        _sum_so_far(_MOVED.on_hand_delta).label("on_hand"),
        _sum_so_far(_MOVED.reserved_delta).label("reserved"),
    )
    .join_from(stock_movements, orders, orders.c.id == _MOVED.order_id, isouter=True)
    .order_by(_MOVED.occurred_at.desc(), _MOVED.id.desc())
)
# The order in which totals are shown.
_KINDS: Final = tuple(MovementKind)


def stock_ledger(
    connection: Connection, variant_id: VariantId, *, at: datetime, page: int
) -> StockLedger:
    """The statements read one snapshot of `connection`, so that sums and entries agree.

    The balance after an entry is the sum of all before it, so the whole ledger of the variant is
    read for each page.
    """
    selected = (_MOVED.variant_id == variant_id, _MOVED.occurred_at <= at)
    totals = [_to_total(row) for row in connection.execute(_TOTALS.where(*selected))]
    reservations = connection.execute(_RESERVATIONS.where(*selected).limit(_MAX_RESERVATIONS))
    entries = connection.execute(
        _ENTRIES.where(*selected).limit(PAGE_SIZE + 1).offset(PAGE_SIZE * (page - 1))
    ).all()
    return StockLedger(
        totals=sorted(totals, key=lambda total: _KINDS.index(total.kind)),
        reservations=[
            Reservation(order_id=row.order_id, order_number=row.number, units=int(row.units))
            for row in reservations
        ],
        entries=[_to_entry(row) for row in entries[:PAGE_SIZE]],
        has_more=len(entries) > PAGE_SIZE,
    )


def _to_total(row: Row[Any]) -> MovementTotal:
    return MovementTotal(
        kind=MovementKind(row.kind),
        movements=row.movements,
        on_hand=int(row.on_hand),
        reserved=int(row.reserved),
    )


def _to_entry(row: Row[Any]) -> LedgerEntry:
    return LedgerEntry(
        kind=MovementKind(row.kind),
        on_hand_delta=row.on_hand_delta,
        reserved_delta=row.reserved_delta,
        on_hand=int(row.on_hand),
        reserved=int(row.reserved),
        order_id=row.order_id,
        order_number=row.number,
        actor=row.actor,
        note=row.note,
        occurred_at=row.occurred_at,
    )
