"""Fake stock levels and ledger."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

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
from tests.fakes.transactional_dict import TransactionalDict


class FakeStock:
    def __init__(
        self,
        levels: TransactionalDict[ProductId, StockLevel],
        ledger: TransactionalDict[int, StockMovement],
        record: Callable[[DomainEvent], None],
    ) -> None:
        self._levels = levels
        self._ledger = ledger
        self._record = record

    def reserve(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        requested: Counter[ProductId] = Counter()
        for claim in claims:
            requested[claim.product_id] += claim.quantity
        levels = self.levels(requested)
        available = {
            product_id: levels[product_id].available if product_id in levels else 0
            for product_id in sorted(requested)
        }
        short = [
            (product_id, requested[product_id], count)
            for product_id, count in available.items()
            if count < requested[product_id]
        ]
        if short:
            raise OutOfStock(short)
        self._move(MovementKind.RESERVE, claims, at)

    def release(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.RELEASE, claims, at)

    def sell(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.SELL, claims, at)

    def take_back(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        self._move(MovementKind.TAKE_BACK, claims, at)

    def open(
        self,
        initial: Mapping[ProductId, int],
        *,
        reason: str,
        at: datetime,
        versions: Mapping[ProductId, int] | None = None,
    ) -> None:
        for product_id, count in initial.items():
            level = StockLevel(
                product_id=product_id,
                on_hand=count,
                reserved=0,
                version=(versions or {}).get(product_id, 0),
            )
            self._levels.put(product_id, level)
            if count:
                movement = StockMovement.adjustment(product_id, count, reason=reason, at=at)
                self._record_movement(movement)
                self._record(movement.adjusted_event(on_hand=count))

    def adjust(self, product_id: ProductId, delta: int, *, reason: str, at: datetime) -> StockLevel:
        level = self._level(product_id)
        if delta == 0:
            return level
        after = level.adjusted(delta)
        movement = StockMovement.adjustment(product_id, delta, reason=reason, at=at)
        self._record_movement(movement)
        self._levels.put(product_id, after)
        self._record(movement.adjusted_event(on_hand=after.on_hand))
        return after

    def set_available(
        self, product_id: ProductId, available: int, *, reason: str, at: datetime
    ) -> StockLevel:
        delta = available - self._level(product_id).available
        return self.adjust(product_id, delta, reason=reason, at=at)

    def lock(self, product_ids: Iterable[ProductId]) -> None:
        """Does nothing: units of work run one at a time."""

    def levels(self, product_ids: Iterable[ProductId]) -> dict[ProductId, StockLevel]:
        found = {product_id: self._levels.get(product_id) for product_id in product_ids}
        return {product_id: level for product_id, level in found.items() if level}

    def _level(self, product_id: ProductId) -> StockLevel:
        level = self._levels.get(product_id)
        if level is None:
            raise ProductNotFound
        return level

    def _move(self, kind: MovementKind, claims: Sequence[StockClaim], at: datetime) -> None:
        on_hand, reserved = EFFECTS[kind]
        for claim in claims:
            self._record_movement(StockMovement.from_claim(kind, claim, at=at))
            level = self._level(claim.product_id)
            after = replace(
                level,
                on_hand=level.on_hand + on_hand * claim.quantity,
                reserved=level.reserved + reserved * claim.quantity,
            )
            self._levels.put(claim.product_id, after)

    def _record_movement(self, movement: StockMovement) -> None:
        entries = list(self._ledger.values())
        if movement.reference and any(one.reference == movement.reference for one in entries):
            raise StockAlreadyMoved
        self._ledger.put(len(entries) + 1, movement)
