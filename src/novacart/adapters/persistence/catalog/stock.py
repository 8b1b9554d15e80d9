"""Stock, moved by conditional updates and written down in the ledger."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, case, insert, select, update
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.tables import stock_levels, stock_movements
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.domain.catalog.errors import OutOfStock, ProductNotFound, StockAlreadyMoved
from novacart.domain.catalog.stock import (
    EFFECTS,
    MovementKind,
    StockClaim,
    StockLevel,
    StockMovement,
)
from novacart.domain.shared.events import DomainEvent
from novacart.domain.shared.ids import ProductId

_ALREADY_MOVED = (
    "uq_stock_movements_reference",
    "UNIQUE constraint failed: stock_movements.reference",
)
_LEVELS = select(stock_levels.c.product_id, stock_levels.c.on_hand, stock_levels.c.reserved)


class SqlStock:
    """A move is one update of the levels and one insert into the ledger, however many claims.

    On PostgreSQL the levels of several products are locked before, in one statement more.
    """

    def __init__(
        self, connection: Connection, actor: str, record: Callable[[DomainEvent], None]
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._record = record
        self._held: set[ProductId] = set()

    def reserve(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        wanted = _quantities(claims)
        on_hand, reserved = EFFECTS[MovementKind.RESERVE]
        moved = self._shift(wanted, on_hand, reserved, promise=True)
        if short := wanted.keys() - moved:
            # What moved is locked by us until the end, so undoing it is exact.
            self._shift({id_: wanted[id_] for id_ in moved}, -on_hand, -reserved)
            levels = self.levels(short)
            raise OutOfStock(
                [
                    (id_, wanted[id_], levels[id_].available if id_ in levels else 0)
                    for id_ in sorted(short)
                ]
            )
        self._write_down(StockMovement.of_claim(MovementKind.RESERVE, c, at=at) for c in claims)

    def release(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.RELEASE, claims, at)

    def sell(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.SELL, claims, at)

    def take_back(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.TAKE_BACK, claims, at)

    def open(self, initial: Mapping[ProductId, int], *, reason: str, at: datetime) -> None:
        rows = [
            {"product_id": product_id, "on_hand": count, "reserved": 0}
            for product_id, count in initial.items()
        ]
        if rows:
            self._connection.execute(insert(stock_levels), rows)
        movements = [
            StockMovement.adjustment(product_id, count, reason=reason, at=at)
            for product_id, count in initial.items()
            if count
        ]
        self._write_down(movements)
        for movement in movements:
            self._record(movement.told(on_hand=movement.on_hand_delta))

    def adjust(self, product_id: ProductId, delta: int, *, reason: str, at: datetime) -> StockLevel:
        level = self._locked(product_id)
        if delta == 0:
            return level
        after = level.adjusted(delta)
        self._connection.execute(
            update(stock_levels)
            .where(stock_levels.c.product_id == product_id)
            .values(on_hand=stock_levels.c.on_hand + delta)
        )
        movement = StockMovement.adjustment(product_id, delta, reason=reason, at=at)
        self._write_down([movement])
        self._record(movement.told(on_hand=after.on_hand))
        return after

    def set_available(
        self, product_id: ProductId, available: int, *, reason: str, at: datetime
    ) -> StockLevel:
        delta = available - self._locked(product_id).available
        return self.adjust(product_id, delta, reason=reason, at=at)

    def lock(self, product_ids: Iterable[ProductId]) -> None:
        ids = set(product_ids) - self._held
        if ids and self._connection.dialect.name == "postgresql":
            self._connection.execute(
                _LEVELS.where(stock_levels.c.product_id.in_(ids))
                .order_by(stock_levels.c.product_id)
                .with_for_update(key_share=True)
            )
        self._held |= ids

    def levels(self, product_ids: Iterable[ProductId]) -> dict[ProductId, StockLevel]:
        rows = self._connection.execute(
            _LEVELS.where(stock_levels.c.product_id.in_(set(product_ids)))
        )
        return {
            row.product_id: StockLevel(
                product_id=row.product_id, on_hand=row.on_hand, reserved=row.reserved
            )
            for row in rows
        }

    def _locked(self, product_id: ProductId) -> StockLevel:
        row = self._connection.execute(
            _LEVELS.where(stock_levels.c.product_id == product_id).with_for_update(key_share=True)
        ).one_or_none()
        if row is None:
            raise ProductNotFound
        return StockLevel(product_id=product_id, on_hand=row.on_hand, reserved=row.reserved)

    def _move(self, kind: MovementKind, claims: Sequence[StockClaim], at: datetime) -> None:
        # The ledger first: a second attempt collides there, before it changes any level.
        self._write_down(StockMovement.of_claim(kind, claim, at=at) for claim in claims)
        self._shift(_quantities(claims), *EFFECTS[kind])

    def _shift(
        self,
        quantities: Mapping[ProductId, int],
        on_hand: int,
        reserved: int,
        *,
        promise: bool = False,
    ) -> set[ProductId]:
        """Add so many times each quantity to the levels, and tell which products had it.

        Several rows are locked by rising id first, since PostgreSQL updates them in the order
        in which it finds them; and by a statement of its own: one that locks and updates at
        once follows rows that changed while it waited, and waits for them a second time.
        """
        if not quantities:
            return set()
        ids = sorted(quantities)
        if len(ids) > 1:
            self.lock(ids)
        quantity = case(dict(quantities), value=stock_levels.c.product_id)
        statement = (
            update(stock_levels)
            .where(stock_levels.c.product_id.in_(ids))
            .values(
                on_hand=stock_levels.c.on_hand + on_hand * quantity,
                reserved=stock_levels.c.reserved + reserved * quantity,
            )
            .returning(stock_levels.c.product_id)
        )
        if promise:
            statement = statement.where(
                stock_levels.c.on_hand - stock_levels.c.reserved >= quantity
            )
        return set(self._connection.scalars(statement))

    def _write_down(self, movements: Iterable[StockMovement]) -> None:
        rows = [
            {
                "product_id": movement.product_id,
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
        if not rows:
            return
        try:
            self._connection.execute(insert(stock_movements), rows)
        except IntegrityError as error:
            if violated_constraint(error) in _ALREADY_MOVED:
                raise StockAlreadyMoved from error
            raise


def _quantities(claims: Iterable[StockClaim]) -> Counter[ProductId]:
    quantities: Counter[ProductId] = Counter()
    for claim in claims:
        quantities[claim.product_id] += claim.quantity
    return quantities
