from dataclasses import replace
from typing import Any

import pytest

from novacart.domain.catalog.errors import StockIsReserved
from novacart.domain.catalog.events import StockAdjusted
from novacart.domain.catalog.stock import (
    EFFECTS,
    MAX_NOTE,
    MAX_ON_HAND,
    MovementKind,
    StockLevel,
    StockMovement,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, VariantId
from tests.support.builders.catalog import NOON, a_claim


def level(on_hand: int, reserved: int, version: int = 0) -> StockLevel:
    return StockLevel(variant_id=VariantId(1), on_hand=on_hand, reserved=reserved, version=version)


def test_available_is_on_hand_less_reserved() -> None:
    assert level(5, 2).available == 3


def test_adjustment_below_reserved_raises() -> None:
    assert level(5, 2).adjusted(-3) == level(2, 2, 1)
    with pytest.raises(StockIsReserved):
        level(5, 2).adjusted(-4)


def test_adjustment_above_the_maximum_raises() -> None:
    assert level(0, 0).adjusted(MAX_ON_HAND).on_hand == MAX_ON_HAND
    with pytest.raises(InvalidValue) as raised:
        level(1, 0).adjusted(MAX_ON_HAND)
    assert raised.value.field == "stock"


@pytest.mark.parametrize("quantity", [0, -1])
def test_claim_without_quantity_raises(quantity: int) -> None:
    with pytest.raises(InvalidValue) as raised:
        a_claim(1, quantity, "a")
    assert raised.value.field == "quantity"


@pytest.mark.parametrize("note", ["x" * (MAX_NOTE + 1), "a\x00"])
def test_claim_with_an_invalid_note_raises(note: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        replace(a_claim(1, 3, "a"), note=note)
    assert raised.value.field == "reason"


@pytest.mark.parametrize(
    ("kind", "deltas"),
    [
        (MovementKind.RESERVE, (0, 3)),
        (MovementKind.RELEASE, (0, -3)),
        (MovementKind.SELL, (-3, -3)),
        (MovementKind.TAKE_BACK, (3, 0)),
    ],
)
def test_movement_of_a_claim_has_the_effect_of_its_kind(
    kind: MovementKind, deltas: tuple[int, int]
) -> None:
    claim = replace(a_claim(1, 3, "a"), order_id=OrderId(7), note="Damaged")
    on_hand, reserved = deltas
    assert StockMovement.from_claim(kind, claim, at=NOON) == StockMovement(
        variant_id=VariantId(1),
        kind=kind,
        on_hand_delta=on_hand,
        reserved_delta=reserved,
        reference="a",
        order_id=OrderId(7),
        note="Damaged",
        occurred_at=NOON,
    )


def test_every_kind_except_adjust_has_an_effect() -> None:
    assert set(EFFECTS) == set(MovementKind) - {MovementKind.ADJUST}


@pytest.mark.parametrize("reason", ["", " ", "x" * (MAX_NOTE + 1), "a\x00"])
def test_adjustment_with_an_invalid_reason_raises(reason: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        StockMovement.adjustment(VariantId(1), 1, reason=reason, at=NOON)
    assert raised.value.field == "reason"


def test_event_of_an_adjustment_of_a_product_names_its_first_variant() -> None:
    movement = StockMovement.adjustment(VariantId(17), 3, reason="Delivery", at=NOON)
    event = movement.adjusted_event(on_hand=8)
    assert (event.variant_id, event.delta, event.on_hand, event.version) == (17, 3, 8, 2)
    assert (event.reason, event.occurred_at) == ("Delivery", NOON)
    payload: dict[str, Any] = event.payload()
    assert StockAdjusted.from_payload(payload) == event
    version_1 = payload | {"product_id": payload.pop("variant_id")}
    assert StockAdjusted.from_payload(version_1) == event
