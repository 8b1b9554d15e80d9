"""Orders: what was bought, and what has become of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self

from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.delivery import estimated_delivery
from novacart.domain.ordering.errors import (
    InvalidTransition,
    LineAlreadyCancelled,
    NothingToShip,
    OrderAlreadyCancelled,
    OrderAlreadyShipped,
    OrderNotPaid,
    OrderStillPayable,
    PaidOrderCannotBeCancelled,
    RefundInProgress,
)
from novacart.domain.ordering.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderLineCancelled,
    OrderPlaced,
    OrderProcessingStarted,
    OrderShipped,
)
from novacart.domain.ordering.lifecycle import (
    LineStatus,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    starting_status,
)
from novacart.domain.ordering.line import LineUnits, OrderLine
from novacart.domain.ordering.order_refunds import RefundableOrder
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, OrderLineId, UserId

EXPIRY_REASON = "It was not paid in time."
REPLACED_REASON = "A new order took its place."
_SENT = {OrderStatus.SHIPPED, OrderStatus.DELIVERED}


class Order(RefundableOrder):
    """A customer's order, from its placement to its delivery or its end.

    Acts that end a reservation give the units whose reservation they end, so that the
    caller can hand them to the stock in the same unit of work.
    """

    __slots__ = ()

    @classmethod
    def place(
        cls,
        *,
        id: OrderId,
        number: str,
        user_id: UserId,
        email: str,
        lines: Iterable[OrderLine],
        address: ShippingAddress | None,
        payment_method: PaymentMethod,
        placed_at: datetime,
        expires_at: datetime | None,
    ) -> Self:
        """A new order of `lines`, whose units the caller reserves.

        An online order waits for its payment until `expires_at`; a COD order is confirmed at
        once, never expires and needs an address. Raises `EmptyCart` without lines,
        `InvalidValue` without the address or the time that it needs.
        """
        cod = payment_method is PaymentMethod.COD
        if cod and address is None:
            raise InvalidValue("address_id", "A cash-on-delivery order needs an address.")
        if not cod and expires_at is None:
            raise InvalidValue("expires_at", "An order to be paid online has its time for that.")
        order = cls(
            id=id,
            number=number,
            user_id=user_id,
            email=email,
            status=starting_status(payment_method),
            payment_method=payment_method,
            payment_status=PaymentStatus.PENDING,
            lines=lines,
            address=address,
            placed_at=placed_at,
            expires_at=None if cod else expires_at,
            estimated_delivery=estimated_delivery(placed_at),
        )
        for line in order.lines:
            line.status = LineStatus.CONFIRMED if cod else LineStatus.PENDING
        facts = order._facts(placed_at) | {"total_minor": order.total.amount}
        order._record(OrderPlaced(**facts))
        if cod:
            order._record(OrderConfirmed(**facts))
        return order

    @property
    def reserved_units(self) -> Sequence[LineUnits]:
        """What the stock holds for this order now."""
        if self.shipped_at is not None or self.status is OrderStatus.CANCELLED:
            return ()
        return tuple(line.units for line in self.lines if line.units.quantity)

    def pay(self, *, at: datetime, actor: str) -> None:
        """It was paid online, in full. Raises `InvalidTransition` unless it is `PENDING`."""
        reason = "It was paid."
        self._move(OrderStatus.PAID, at=at, actor=actor, reason=reason)
        self._move_payment(PaymentStatus.PAID, at=at, actor=actor, reason=reason)
        for line in self.lines:
            self._move_line(line, LineStatus.CONFIRMED, at=at, actor=actor, reason=reason)
        self.paid_at = at
        self._record(OrderConfirmed(**self._facts(at), total_minor=self.total.amount))

    def start_processing(self, *, at: datetime, actor: str) -> None:
        """The goods are being packed. Raises `InvalidTransition`."""
        self._move(OrderStatus.PROCESSING, at=at, actor=actor, reason="It is being packed.")
        self._record(OrderProcessingStarted(**self._facts(at)))

    def ship(
        self, *, carrier: str, tracking_number: str, at: datetime, actor: str
    ) -> Sequence[LineUnits]:
        """The goods left the house. Gives the units that are sold by it.

        Raises `InvalidTransition`, `RefundInProgress` while it is not known which goods
        the customer is to have, and `NothingToShip`.
        """
        self._must_allow(OrderStatus.SHIPPED)
        units = self.reserved_units
        if any(line.refund_requested_quantity for line in self.lines):
            raise RefundInProgress
        if not units:
            raise NothingToShip
        reason = f"It was sent by {carrier}, {tracking_number}."
        self._move(OrderStatus.SHIPPED, at=at, actor=actor, reason=reason)
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.shipped_at = at
        self._record(
            OrderShipped(**self._facts(at), carrier=carrier, tracking_number=tracking_number)
        )
        return units

    def deliver(self, *, at: datetime, actor: str) -> None:
        """The customer has the goods, and has paid for them if it was cash on delivery."""
        reason = "It was delivered."
        self._move(OrderStatus.DELIVERED, at=at, actor=actor, reason=reason)
        if self.payment_method is PaymentMethod.COD:
            self._move_payment(PaymentStatus.PAID, at=at, actor=actor, reason=reason)
            self.paid_at = at
        self.delivered_at = at
        self._record(OrderDelivered(**self._facts(at)))

    def cancel(self, *, reason: str, at: datetime, actor: str) -> Sequence[LineUnits]:
        """Call it off: an unpaid order always, a COD order until it ships.

        Raises `OrderAlreadyCancelled`, `OrderAlreadyShipped` and
        `PaidOrderCannotBeCancelled`.
        """
        self._ensure_cancellable()
        return self._call_off(reason=reason, at=at, actor=actor, expired=False)

    def expire(self, *, at: datetime) -> Sequence[LineUnits]:
        """Its time to be paid is over.

        Raises `OrderStillPayable` before that, `InvalidTransition` unless `PENDING`.
        """
        if self.status is not OrderStatus.PENDING:
            raise InvalidTransition(self.status, OrderStatus.CANCELLED)
        if self.is_payable(at=at):
            raise OrderStillPayable
        return self._call_off(reason=EXPIRY_REASON, at=at, actor="system", expired=True)

    def is_payable(self, *, at: datetime) -> bool:
        """Whether a payment may be started `at` that moment."""
        in_time = self.expires_at is not None and at < self.expires_at
        return self.status is OrderStatus.PENDING and in_time

    def cancel_line(
        self, line_id: OrderLineId, *, reason: str, at: datetime, actor: str
    ) -> Sequence[LineUnits]:
        """Call off one line of a COD order; with the last one goes the order.

        Raises `OrderLineNotFound`, `LineAlreadyCancelled`, `OrderAlreadyShipped`,
        `OrderNotPaid` and `PaidOrderCannotBeCancelled` for an order to be paid online.
        """
        self.ensure_line_cancellable(line_id)
        self._ensure_cancellable()
        line = self.line(line_id)
        units = line.units
        self._cancel_line(line, reason=reason, at=at, actor=actor)
        self._record(OrderLineCancelled(**self._facts(at), line_id=line.id, reason=reason))
        if all(other.status is LineStatus.CANCELLED for other in self.lines):
            self._call_off(reason=reason, at=at, actor=actor, expired=False)
        return (units,)

    def ensure_line_cancellable(self, line_id: OrderLineId) -> None:
        """Check that a customer may call this line off, by cancellation or by refund.

        Raises `OrderLineNotFound`, `LineAlreadyCancelled`, `OrderAlreadyShipped`, and
        `OrderNotPaid` for an order that waits for its payment: it is cancelled as a whole.
        """
        status = self.line(line_id).status
        if status is LineStatus.PENDING:
            raise OrderNotPaid
        if status is not LineStatus.CONFIRMED:
            raise LineAlreadyCancelled
        if self.shipped_at is not None:
            raise OrderAlreadyShipped

    def _ensure_cancellable(self) -> None:
        if self.status is OrderStatus.CANCELLED:
            raise OrderAlreadyCancelled
        if self.payment_status is not PaymentStatus.PENDING:
            raise PaidOrderCannotBeCancelled
        if self.status in _SENT:
            raise OrderAlreadyShipped

    def _call_off(
        self, *, reason: str, at: datetime, actor: str, expired: bool
    ) -> Sequence[LineUnits]:
        units = self.reserved_units
        self._move(OrderStatus.CANCELLED, at=at, actor=actor, reason=reason)
        self._move_payment(PaymentStatus.VOIDED, at=at, actor=actor, reason=reason)
        for line in self.lines:
            if line.status is not LineStatus.CANCELLED:
                self._cancel_line(line, reason=reason, at=at, actor=actor)
        self._record(OrderCancelled(**self._facts(at), reason=reason, expired=expired))
        return units

    def _cancel_line(self, line: OrderLine, *, reason: str, at: datetime, actor: str) -> None:
        self._move_line(line, LineStatus.CANCELLED, at=at, actor=actor, reason=reason)
        line.cancelled_at = at
