"""Stock levels, changed by conditional updates, and their ledger."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Row,
    bindparam,
    case,
    func,
    select,
    update,
)

from novacart.adapters.persistence.catalog.tables import stock_levels, stock_movements
from novacart.adapters.persistence.statements import (
    DriverStatement,
    MultiRowInsert,
    insert_rows,
    rows_in,
)
from novacart.domain.catalog.errors import OutOfStock, Shortage, VariantNotFound
from novacart.domain.catalog.stock import (
    EFFECTS,
    MovementKind,
    OrderStock,
    StockClaim,
    StockLevel,
    StockMovement,
)
from novacart.domain.shared.events import DomainEvent
from novacart.domain.shared.ids import OrderId, VariantId

_LEVELS = select(stock_levels)
_OF_ORDER: Final = (
    select(
        stock_movements.c.variant_id,
        func.sum(stock_movements.c.reserved_delta).label("reserved"),
        func.sum(
            case(
                (
                    stock_movements.c.kind == MovementKind.SELL.value,
                    -stock_movements.c.on_hand_delta,
                ),
                else_=0,
            )
        ).label("sold"),
    )
    .where(stock_movements.c.order_id == bindparam("order_id", type_=BigInteger))
    .group_by(stock_movements.c.variant_id)
)
# On PostgreSQL only.
_LOCK: Final = DriverStatement(
    select(stock_levels.c.variant_id)
    .where(stock_levels.c.variant_id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))
    .order_by(stock_levels.c.variant_id)
    .with_for_update(key_share=True)
)
_INSERT_MOVEMENTS: Final = MultiRowInsert(
    stock_movements, [column.name for column in stock_movements.c if column.name != "id"]
)


@lru_cache(maxsize=100)
def _change_statement(count: int, *, only_if_available: bool) -> DriverStatement:
    """Change `count` levels: `id_0` by `quantity_0`, and so on."""
    ids = [bindparam(f"id_{position}", type_=BigInteger) for position in range(count)]
    quantity = case(
        *(
            (stock_levels.c.variant_id == id_, bindparam(f"quantity_{position}", type_=BigInteger))
            for position, id_ in enumerate(ids)
        )
    )
    statement = (
        update(stock_levels)
        .where(stock_levels.c.variant_id.in_(ids))
        .values(
            {
                column: column + bindparam(column.name, type_=BigInteger) * quantity
                for column in (stock_levels.c.on_hand, stock_levels.c.reserved)
            }
        )
        .returning(stock_levels.c.variant_id)
    )
    if only_if_available:
        statement = statement.where(stock_levels.c.on_hand - stock_levels.c.reserved >= quantity)
    return DriverStatement(statement)


class SqlStock:
    """A change is one UPDATE of the levels and one INSERT into the ledger for all claims.

    On PostgreSQL one more statement first locks the levels if there are several.
    """

    def __init__(
        self, connection: Connection, actor: str, record: Callable[[DomainEvent], None]
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._record = record
        self._locked_ids: set[VariantId] = set()

    def reserve(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        requested = _quantities(claims)
        on_hand, reserved = EFFECTS[MovementKind.RESERVE]
        changed = self._change_levels(requested, on_hand, reserved, only_if_available=True)
        if short := requested.keys() - changed:
            # The changed levels are locked until the transaction ends: undoing them is safe.
            self._change_levels({id_: requested[id_] for id_ in changed}, -on_hand, -reserved)
            levels = self.levels(short)
            products = {claim.variant_id: claim.product_id for claim in claims}
            raise OutOfStock(
                [
                    Shortage(
                        product_id=products[id_],
                        variant_id=id_,
                        requested=requested[id_],
                        available=levels[id_].available if id_ in levels else 0,
                    )
                    for id_ in sorted(short)
                ]
            )
        self._record_movements(
            StockMovement.from_claim(MovementKind.RESERVE, claim, at=at) for claim in claims
        )

    def release(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.RELEASE, claims, at)

    def sell(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.SELL, claims, at)

    def take_back(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.TAKE_BACK, claims, at)

    def open(
        self,
        initial: Mapping[VariantId, int],
        *,
        reason: str,
        at: datetime,
        versions: Mapping[VariantId, int] | None = None,
    ) -> None:
        versions = versions or {}
        rows = [
            {
                "variant_id": variant_id,
                "on_hand": count,
                "reserved": 0,
                "version": versions.get(variant_id, 0),
            }
            for variant_id, count in initial.items()
        ]
        insert_rows(self._connection, stock_levels, rows, is_ahead=True)
        movements = [
            StockMovement.adjustment(variant_id, count, reason=reason, at=at)
            for variant_id, count in initial.items()
            if count
        ]
        self._record_movements(movements)
        for movement in movements:
            self._record(movement.adjusted_event(on_hand=movement.on_hand_delta))

    def adjust(self, variant_id: VariantId, delta: int, *, reason: str, at: datetime) -> StockLevel:
        level = self._lock_level(variant_id)
        if delta == 0:
            return level
        after = level.adjusted(delta)
        self._connection.execute(
            update(stock_levels)
            .where(stock_levels.c.variant_id == variant_id)
            .values(on_hand=stock_levels.c.on_hand + delta, version=after.version)
        )
        movement = StockMovement.adjustment(variant_id, delta, reason=reason, at=at)
        self._record_movements([movement])
        self._record(movement.adjusted_event(on_hand=after.on_hand))
        return after

    def set_available(
        self,
        variant_id: VariantId,
        available: int,
        *,
        read: int | None = None,
        reason: str,
        at: datetime,
    ) -> StockLevel:
        delta = self._lock_level(variant_id).delta_to(available, read=read)
        return self.adjust(variant_id, delta, reason=reason, at=at)

    def lock(self, variant_ids: Iterable[VariantId]) -> None:
        ids = set(variant_ids) - self._locked_ids
        if ids and self._connection.dialect.name == "postgresql":
            _LOCK.execute_later(self._connection, {"ids": list(ids)})
        self._locked_ids |= ids

    def of_order(self, order_id: OrderId) -> dict[VariantId, OrderStock]:
        rows = self._connection.execute(_OF_ORDER, {"order_id": order_id})
        return {
            VariantId(row.variant_id): OrderStock(reserved=int(row.reserved), sold=int(row.sold))
            for row in rows
        }

    def levels(self, variant_ids: Iterable[VariantId]) -> dict[VariantId, StockLevel]:
        rows = rows_in(self._connection, _LEVELS, stock_levels.c.variant_id, variant_ids)
        return {row.variant_id: _to_level(row) for row in rows}

    def _lock_level(self, variant_id: VariantId) -> StockLevel:
        row = self._connection.execute(
            _LEVELS.where(stock_levels.c.variant_id == variant_id).with_for_update(key_share=True)
        ).one_or_none()
        if row is None:
            raise VariantNotFound
        return _to_level(row)

    def _move(self, kind: MovementKind, claims: Sequence[StockClaim], at: datetime) -> None:
        # The ledger first: a repeated claim violates its unique constraint before a level changes.
        self._record_movements(StockMovement.from_claim(kind, claim, at=at) for claim in claims)
        self._change_levels(_quantities(claims), *EFFECTS[kind])

    def _change_levels(
        self,
        quantities: Mapping[VariantId, int],
        on_hand: int,
        reserved: int,
        *,
        only_if_available: bool = False,
    ) -> set[VariantId]:
        """Add each quantity, times `on_hand` and `reserved`, and return the changed variants.

        Several rows are first locked by rising id, since PostgreSQL updates rows in the order
        of its plan. A separate statement does so: an UPDATE with a locking subquery would
        re-evaluate rows that changed while it waited, and wait for them again.
        """
        if not quantities:
            return set()
        ids = sorted(quantities)
        if len(ids) > 1:
            self.lock(ids)
        parameters = {"on_hand": on_hand, "reserved": reserved}
        for position, variant_id in enumerate(ids):
            parameters[f"id_{position}"] = variant_id
            parameters[f"quantity_{position}"] = quantities[variant_id]
        statement = _change_statement(len(ids), only_if_available=only_if_available)
        return {variant_id for (variant_id,) in statement.fetch(self._connection, parameters)}

    def _record_movements(self, movements: Iterable[StockMovement]) -> None:
        rows = [
            {
                "variant_id": movement.variant_id,
                "kind": movement.kind.value,
                "on_hand_delta": movement.on_hand_delta,
                "reserved_delta": movement.reserved_delta,
                "reference": movement.reference,
                "order_id": movement.order_id,
                "actor": self._actor,
                "note": movement.note,
                "occurred_at": movement.occurred_at,
            }
            for movement in movements
        ]
        _INSERT_MOVEMENTS.execute_later(self._connection, rows)


def _to_level(row: Row[Any]) -> StockLevel:
    return StockLevel(
        variant_id=row.variant_id, on_hand=row.on_hand, reserved=row.reserved, version=row.version
    )


def _quantities(claims: Iterable[StockClaim]) -> Counter[VariantId]:
    quantities: Counter[VariantId] = Counter()
    for claim in claims:
        quantities[claim.variant_id] += claim.quantity
    return quantities
