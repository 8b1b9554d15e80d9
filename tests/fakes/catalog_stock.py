"""Fake stock levels and ledger."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from novacart.domain.catalog.errors import OutOfStock, Shortage, StockAlreadyMoved, VariantNotFound
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
from tests.fakes.transactional_dict import TransactionalDict


class FakeStock:
    def __init__(
        self,
        levels: TransactionalDict[VariantId, StockLevel],
        ledger: TransactionalDict[int, StockMovement],
        record: Callable[[DomainEvent], None],
    ) -> None:
        self._levels = levels
        self._ledger = ledger
        self._record = record

    def reserve(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        requested: Counter[VariantId] = Counter()
        for claim in claims:
            requested[claim.variant_id] += claim.quantity
        products = {claim.variant_id: claim.product_id for claim in claims}
        levels = self.levels(requested)
        available = {
            variant_id: levels[variant_id].available if variant_id in levels else 0
            for variant_id in sorted(requested)
        }
        short = [
            Shortage(
                product_id=products[variant_id],
                variant_id=variant_id,
                requested=requested[variant_id],
                available=count,
            )
            for variant_id, count in available.items()
            if count < requested[variant_id]
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
        initial: Mapping[VariantId, int],
        *,
        reason: str,
        at: datetime,
        versions: Mapping[VariantId, int] | None = None,
    ) -> None:
        for variant_id, count in initial.items():
            level = StockLevel(
                variant_id=variant_id,
                on_hand=count,
                reserved=0,
                version=(versions or {}).get(variant_id, 0),
            )
            self._levels.put(variant_id, level)
            if count:
                movement = StockMovement.adjustment(variant_id, count, reason=reason, at=at)
                self._record_movement(movement)
                self._record(movement.adjusted_event(on_hand=count))

    def adjust(self, variant_id: VariantId, delta: int, *, reason: str, at: datetime) -> StockLevel:
        level = self._level(variant_id)
        if delta == 0:
            return level
        after = level.adjusted(delta)
        movement = StockMovement.adjustment(variant_id, delta, reason=reason, at=at)
        self._record_movement(movement)
        self._levels.put(variant_id, after)
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
        delta = self._level(variant_id).delta_to(available, read=read)
        return self.adjust(variant_id, delta, reason=reason, at=at)

    def lock(self, variant_ids: Iterable[VariantId]) -> None:
        """Does nothing: units of work run one at a time."""

    def of_order(self, order_id: OrderId) -> dict[VariantId, OrderStock]:
        reserved: Counter[VariantId] = Counter()
        sold: Counter[VariantId] = Counter()
        for movement in self._ledger.values():
            if movement.order_id == order_id:
                reserved[movement.variant_id] += movement.reserved_delta
                if movement.kind is MovementKind.SELL:
                    sold[movement.variant_id] -= movement.on_hand_delta
        return {id_: OrderStock(reserved=count, sold=sold[id_]) for id_, count in reserved.items()}

    def levels(self, variant_ids: Iterable[VariantId]) -> dict[VariantId, StockLevel]:
        found = {variant_id: self._levels.get(variant_id) for variant_id in variant_ids}
        return {variant_id: level for variant_id, level in found.items() if level}

    def _level(self, variant_id: VariantId) -> StockLevel:
        level = self._levels.get(variant_id)
        if level is None:
            raise VariantNotFound
        return level

    def _move(self, kind: MovementKind, claims: Sequence[StockClaim], at: datetime) -> None:
        on_hand, reserved = EFFECTS[kind]
        for claim in claims:
            self._record_movement(StockMovement.from_claim(kind, claim, at=at))
            level = self._level(claim.variant_id)
            after = replace(
                level,
                on_hand=level.on_hand + on_hand * claim.quantity,
                reserved=level.reserved + reserved * claim.quantity,
            )
            self._levels.put(claim.variant_id, after)

    def _record_movement(self, movement: StockMovement) -> None:
        entries = list(self._ledger.values())
        if movement.reference and any(one.reference == movement.reference for one in entries):
            raise StockAlreadyMoved
        self._ledger.put(len(entries) + 1, movement)
