"""Mapping between orders and rows."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Row

from novacart.application.ordering.queries import line_search_text
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.history import ChangeSubject, StatusChange
from novacart.domain.ordering.lifecycle import (
    LineStatus,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.ordering.line import OrderLine
from novacart.domain.ordering.order import Order
from novacart.domain.shared.money import Money

_ADDRESS: Final = tuple(field.name for field in fields(ShippingAddress))


def order_row(order: Order) -> dict[str, Any]:
    """The columns of `orders` without the version, which the repository sets."""
    return {
        "id": order.id,
        "number": order.number,
        "user_id": order.user_id,
        "email": order.email,
        "status": order.status.value,
        "payment_method": order.payment_method.value,
        "payment_status": order.payment_status.value,
        "total_minor": order.total.amount,
        "currency": order.currency,
        "address": _address(order.address) if order.address else None,
        "placed_at": order.placed_at,
        "expires_at": order.expires_at,
        "estimated_delivery": order.estimated_delivery,
        "paid_at": order.paid_at,
        "shipped_at": order.shipped_at,
        "delivered_at": order.delivered_at,
        "returned_at": order.returned_at,
        "late_refunded_minor": order.late_refunded.amount,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "link_generation": order.link_generation,
    }


def _address(address: ShippingAddress) -> dict[str, Any]:
    # `asdict` copies each value, which takes as long as a statement.
    return {name: getattr(address, name) for name in _ADDRESS}


def line_rows(order: Order) -> list[dict[str, Any]]:
    """The rows of `order_lines`, in the order of the lines."""
    return [
        {
            "id": line.id,
            "order_id": order.id,
            "variant_id": line.variant_id,
            "sku": line.sku,
            "options": line.options,
            "title": line.title,
            "subtitle": line.subtitle,
            "search_text": line_search_text(line.title, line.subtitle),
            "image": line.image,
            "unit_price_minor": line.unit_price.amount,
            "quantity": line.quantity,
        }
        | line_state(line)
        for line in order.lines
    ]


def line_state(line: OrderLine) -> dict[str, Any]:
    """The columns of a line that can change."""
    return {
        "status": line.status.value,
        "cancelled_at": line.cancelled_at,
        "refund_requested_quantity": line.refund_requested_quantity,
        "refund_requested_minor": line.refund_requested_amount.amount,
        "refunded_quantity": line.refunded_quantity,
        "refunded_minor": line.refunded_amount.amount,
        "shipped_quantity": line.shipped_quantity,
        "returned_quantity": line.returned_quantity,
    }


def history_rows(order: Order, *, after: int) -> list[dict[str, Any]]:
    """The history entries after the first `after`."""
    return [
        {
            "order_id": order.id,
            "line_id": change.line_id,
            "subject": change.subject.value,
            "from_status": change.before,
            "to_status": change.after,
            "occurred_at": change.at,
            "actor": change.actor,
            "reason": change.reason,
        }
        for change in order.history[after:]
    ]


def to_order(row: Row[Any], lines: Iterable[Row[Any]], history: Iterable[Row[Any]]) -> Order:
    """Restore the aggregate; lines and history must be sorted by id.

    Lines also have the column `product_id` of their variant.
    """
    return Order(
        id=row.id,
        number=row.number,
        user_id=row.user_id,
        email=row.email,
        status=OrderStatus(row.status),
        payment_method=PaymentMethod(row.payment_method),
        payment_status=OrderPaymentStatus(row.payment_status),
        lines=[to_line(line, row.currency) for line in lines],
        address=ShippingAddress(**row.address) if row.address else None,
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        estimated_delivery=row.estimated_delivery,
        paid_at=row.paid_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        returned_at=row.returned_at,
        late_refunded=Money(row.late_refunded_minor, row.currency),
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        link_generation=row.link_generation,
        history=[to_change(change) for change in history],
        version=row.version,
    )


def to_line(row: Row[Any], currency: str) -> OrderLine:
    """Map a row of `order_lines` with the `product_id` of its variant."""
    return OrderLine(
        id=row.id,
        product_id=row.product_id,
        variant_id=row.variant_id,
        sku=row.sku,
        options=row.options,
        title=row.title,
        subtitle=row.subtitle,
        image=row.image,
        unit_price=Money(row.unit_price_minor, currency),
        quantity=row.quantity,
        status=LineStatus(row.status),
        cancelled_at=row.cancelled_at,
        refund_requested_quantity=row.refund_requested_quantity,
        refund_requested_amount=Money(row.refund_requested_minor, currency),
        refunded_quantity=row.refunded_quantity,
        refunded_amount=Money(row.refunded_minor, currency),
        shipped_quantity=row.shipped_quantity,
        returned_quantity=row.returned_quantity,
    )


def to_change(row: Row[Any]) -> StatusChange:
    """Map a row of `order_history`."""
    return StatusChange(
        subject=ChangeSubject(row.subject),
        line_id=row.line_id,
        before=row.from_status,
        after=row.to_status,
        at=row.occurred_at,
        actor=row.actor,
        reason=row.reason,
    )
