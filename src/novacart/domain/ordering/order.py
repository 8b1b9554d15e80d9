"""The order aggregate."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Self

from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.delivery import estimated_delivery
from novacart.domain.ordering.errors import (
    InvalidOrderLink,
    InvalidTransition,
    LineAlreadyCancelled,
    NothingToShip,
    NotReturnable,
    OrderAlreadyCancelled,
    OrderAlreadyShipped,
    OrderLineNotFound,
    OrderNotPaid,
    OrderStillPayable,
    PaidOrderCannotBeCancelled,
    RefundExceedsOrder,
    RefundInProgress,
    RefundNotAllowed,
    TotalChanged,
)
from novacart.domain.ordering.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderLineCancelled,
    OrderLinksRevoked,
    OrderPlaced,
    OrderProcessingStarted,
    OrderReturned,
    OrderShipped,
    OrderTransferred,
    ReturnedGoodsReceived,
)
from novacart.domain.ordering.history import ChangeSubject, StatusChange
from novacart.domain.ordering.lifecycle import (
    ORDER_LIFECYCLE,
    PAYMENT_LIFECYCLE,
    LineStatus,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.ordering.line import LineUnits, OrderLine
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, OrderLineId, UserId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity, RefundItem

EXPIRY_REASON = "The order was not paid in time."
REPLACED_REASON = "Replaced by a new order."
CUSTOMER_REASON = "Cancelled by the customer."
# How long after `expires_at` an order waits for a payment whose outcome is not known.
PAYMENT_WAIT = timedelta(days=1)
MAX_SHIPMENT_TEXT = 100  # characters
_SHIPPED = {OrderStatus.SHIPPED, OrderStatus.DELIVERED}
_RELEASED = {OrderStatus.CANCELLED, OrderStatus.REFUNDED}


class Order(AggregateRoot):
    """A customer's order with its lines, payment status and refunds.

    Every status change is appended to `history`; placing the order is not a change. Methods
    that end a stock reservation return the units to release or sell, so that the caller can
    pass them to the stock in the same unit of work. Times are aware, UTC.

    A guest reads and cancels their order by a link. `link_generation` is that of the valid links,
    and None for a user's order.
    """

    __slots__ = (
        "_lines",
        "address",
        "carrier",
        "delivered_at",
        "email",
        "estimated_delivery",
        "expires_at",
        "history",
        "id",
        "late_refunded",
        "link_generation",
        "number",
        "paid_at",
        "payment_method",
        "payment_status",
        "placed_at",
        "returned_at",
        "shipped_at",
        "status",
        "tracking_number",
        "user_id",
    )

    def __init__(
        self,
        *,
        id: OrderId,
        number: str,
        user_id: UserId,
        email: str,
        status: OrderStatus,
        payment_method: PaymentMethod,
        payment_status: OrderPaymentStatus,
        lines: Iterable[OrderLine],
        address: ShippingAddress | None,
        placed_at: datetime,
        expires_at: datetime | None,
        estimated_delivery: date,
        paid_at: datetime | None = None,
        shipped_at: datetime | None = None,
        delivered_at: datetime | None = None,
        returned_at: datetime | None = None,
        carrier: str | None = None,
        tracking_number: str | None = None,
        late_refunded: Money | None = None,
        link_generation: int | None = None,
        history: Iterable[StatusChange] = (),
        version: int = 0,
    ) -> None:
        """Restore a stored order; `Order.place` creates a new one.

        Raises `InvalidValue` without lines.
        """
        super().__init__(version=version)
        self.id = id
        self.number = number
        self.user_id = user_id
        self.email = email
        self.status = status
        self.payment_method = payment_method
        self.payment_status = payment_status
        self._lines = {line.id: line for line in lines}
        self.address = address
        self.placed_at = placed_at
        self.expires_at = expires_at
        self.estimated_delivery = estimated_delivery
        self.paid_at = paid_at
        self.shipped_at = shipped_at
        self.delivered_at = delivered_at
        self.returned_at = returned_at
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.link_generation = link_generation
        self.history = tuple(history)
        if not self._lines:
            raise InvalidValue("lines", "An order has at least one line.")
        self.late_refunded = late_refunded or Money.zero(self.currency)

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
        zone: tzinfo = UTC,
        by_guest: bool = False,
    ) -> Self:
        """Create a new order of `lines`; the caller reserves their units.

        An online order is `PENDING` until it is paid or `expires_at` has passed. A COD order is
        confirmed at once, never expires and needs an address. The estimated delivery is a date
        in `zone`. Raises `InvalidValue` without lines, for two lines of one variant, and without
        the address or expiry that the payment method requires.
        """
        lines = tuple(lines)
        if len({line.variant_id for line in lines}) < len(lines):
            raise InvalidValue("lines", "An order has one line for each variant.")
        cod = payment_method is PaymentMethod.COD
        if cod and address is None:
            raise InvalidValue("address_id", "A cash-on-delivery order needs an address.")
        if not cod and expires_at is None:
            raise InvalidValue("expires_at", "An order to be paid online needs an expiry time.")
        order = cls(
            id=id,
            number=number,
            user_id=user_id,
            email=email,
            status=OrderStatus.CONFIRMED if cod else OrderStatus.PENDING,
            payment_method=payment_method,
            payment_status=OrderPaymentStatus.PENDING,
            lines=lines,
            address=address,
            placed_at=placed_at,
            expires_at=None if cod else expires_at,
            estimated_delivery=estimated_delivery(placed_at, zone),
            link_generation=1 if by_guest else None,
        )
        for line in order.lines:
            line.status = LineStatus.CONFIRMED if cod else LineStatus.PENDING
        fields = order._event_fields(placed_at) | {"total_minor": order.total.amount}
        order._record(OrderPlaced(**fields))
        if cod:
            order._record(OrderConfirmed(**fields))
        return order

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        return tuple(self._lines.values())

    def line(self, line_id: OrderLineId) -> OrderLine:
        """Raises `OrderLineNotFound`."""
        try:
            return self._lines[line_id]
        except KeyError:
            raise OrderLineNotFound from None

    @property
    def currency(self) -> str:
        return self.lines[0].unit_price.currency

    @property
    def total(self) -> Money:
        """The sum of all lines as bought, including cancelled and refunded ones."""
        first, *others = self.lines
        return sum((line.total for line in others), first.total)

    @property
    def due_on_delivery(self) -> Money:
        """The amount to collect on delivery: the units of a COD order that are not cancelled."""
        due = self.payment_method is PaymentMethod.COD
        if not due or self.payment_status is not OrderPaymentStatus.PENDING:
            return Money.zero(self.currency)
        return self._sum(line.unit_price * line.units.quantity for line in self.lines)

    @property
    def refunded(self) -> Money:
        """What the customer received back of the order's payment, or of a late payment."""
        return self._sum(line.refunded_amount for line in self.lines) + self.late_refunded

    @property
    def refundable(self) -> Money:
        """The amount paid online, less what is refunded or being refunded."""
        if not self._is_paid_online:
            return Money.zero(self.currency)
        return self._sum(line.refundable for line in self.lines)

    @property
    def reserved_units(self) -> Sequence[LineUnits]:
        """The units that are reserved in stock for this order."""
        if self.shipped_at is not None or self.status in _RELEASED:
            return ()
        return tuple(line.units for line in self.lines if line.units.quantity)

    def ensure_total(self, expected: str) -> None:
        """Check the total that the client expects, in major units.

        Raises `TotalChanged`, and `InvalidValue` for another format.
        """
        if Money.parse(expected, self.currency, field="expected_total") != self.total:
            raise TotalChanged(self.total)

    # -- orders of guests --------------------------------------------------------------------

    @property
    def is_of_guest(self) -> bool:
        return self.link_generation is not None

    def ensure_link_generation(self, generation: int) -> None:
        """Raises `InvalidOrderLink` for links that were revoked."""
        if self.link_generation != generation:
            raise InvalidOrderLink

    def revoke_links(self, *, at: datetime) -> None:
        """Make all links sent so far invalid. Raises `InvalidOrderLink` for a user's order."""
        if self.link_generation is None:
            raise InvalidOrderLink
        self.link_generation += 1
        self._record(
            OrderLinksRevoked(**self._event_fields(at), link_generation=self.link_generation)
        )

    def transfer(self, user_id: UserId, *, at: datetime) -> None:
        """Make a guest's order that of a user; its links become invalid.

        Raises `InvalidOrderLink` for a user's order.
        """
        if self.link_generation is None:
            raise InvalidOrderLink
        previous, self.user_id, self.link_generation = self.user_id, user_id, None
        self._record(OrderTransferred(**self._event_fields(at), previous_user_id=previous))

    # -- payment and delivery ---------------------------------------------------------------

    def is_payable(self, *, at: datetime) -> bool:
        """Whether a payment may be started at that time."""
        in_time = self.expires_at is not None and at < self.expires_at
        return self.status is OrderStatus.PENDING and in_time

    def may_wait_for_payment(self, *, at: datetime) -> bool:
        """Whether it need not expire yet while the outcome of its payment is not known."""
        return self.expires_at is not None and at < self.expires_at + PAYMENT_WAIT

    def pay(self, *, at: datetime, actor: str) -> None:
        """Record the online payment in full. Raises `InvalidTransition` unless `PENDING`."""
        reason = "The order was paid."
        self._change_status(OrderStatus.PAID, at=at, actor=actor, reason=reason)
        self._change_payment_status(OrderPaymentStatus.PAID, at=at, actor=actor, reason=reason)
        for line in self.lines:
            self._change_line_status(line, LineStatus.CONFIRMED, at=at, actor=actor, reason=reason)
        self.paid_at = at
        self._record(OrderConfirmed(**self._event_fields(at), total_minor=self.total.amount))

    def start_processing(self, *, at: datetime, actor: str) -> None:
        """Start packing. Raises `InvalidTransition`."""
        self._change_status(
            OrderStatus.PROCESSING, at=at, actor=actor, reason="Processing started."
        )
        self._record(OrderProcessingStarted(**self._event_fields(at)))

    def ship(
        self, *, carrier: str, tracking_number: str, at: datetime, actor: str
    ) -> Sequence[LineUnits]:
        """Ship the order; return the units that are sold.

        Raises `InvalidTransition`, `RefundInProgress` while a refund of units is not settled,
        `NothingToShip`, and `InvalidValue` for a blank or too long text.
        """
        self._ensure_transition(OrderStatus.SHIPPED)
        carrier = _shipment_text("carrier", carrier)
        tracking_number = _shipment_text("tracking_number", tracking_number)
        units = self.reserved_units
        if any(line.refund_requested_quantity for line in self.lines):
            raise RefundInProgress
        if not units:
            raise NothingToShip
        reason = f"Shipped by {carrier}, {tracking_number}."
        self._change_status(OrderStatus.SHIPPED, at=at, actor=actor, reason=reason)
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.shipped_at = at
        for line in self.lines:
            line.shipped_quantity = line.units.quantity
        self._record(
            OrderShipped(**self._event_fields(at), carrier=carrier, tracking_number=tracking_number)
        )
        return units

    def deliver(self, *, at: datetime, actor: str) -> None:
        """Record the delivery, which is also the payment of a COD order.

        Raises `InvalidTransition` unless `SHIPPED`.
        """
        reason = "The order was delivered."
        self._change_status(OrderStatus.DELIVERED, at=at, actor=actor, reason=reason)
        if self.payment_method is PaymentMethod.COD:
            self._change_payment_status(OrderPaymentStatus.PAID, at=at, actor=actor, reason=reason)
            self.paid_at = at
        self.delivered_at = at
        self._record(OrderDelivered(**self._event_fields(at)))

    # -- returned goods ----------------------------------------------------------------------

    def return_undelivered(self, *, reason: str, at: datetime, actor: str) -> Sequence[LineUnits]:
        """Cancel a shipped COD order that came back; return the units to take into stock.

        Raises `InvalidTransition` unless it is a COD order that is shipped and not delivered.
        """
        if self.payment_method is not PaymentMethod.COD or self.status is not OrderStatus.SHIPPED:
            raise InvalidTransition(self.status, "RETURNED")
        self._cancel_statuses(reason=reason, at=at, actor=actor)
        self.returned_at = at
        self._record(OrderReturned(**self._event_fields(at), reason=reason))
        units = [line.shipped_units for line in self.lines if line.shipped_quantity]
        for line in self.lines:
            line.returned_quantity = line.shipped_quantity
        return units

    def receive_returned(
        self, items: Sequence[LineQuantity], *, reason: str, at: datetime
    ) -> list[LineUnits]:
        """Receive units that were refunded after shipping; return those to take into stock.

        Without `items` all that can be received. Raises `NotReturnable`, also if there are none,
        `OrderLineNotFound`, and `InvalidValue` for a line named twice.
        """
        quantities = {item.line_id: item.quantity for item in items}
        if len(quantities) < len(items):
            raise InvalidValue("items", "Name each item once.")
        if not items:
            quantities = {
                line.id: line.receivable_quantity for line in self.lines if line.receivable_quantity
            }
        if not quantities:
            raise NotReturnable(0)
        units = [self.line(line_id).receive(count) for line_id, count in quantities.items()]
        self._record(
            ReturnedGoodsReceived(
                **self._event_fields(at),
                quantities={str(line.line_id): line.quantity for line in units},
                total_quantity=sum(line.returned_quantity for line in self.lines),
                reason=reason,
            )
        )
        return units

    # -- cancellation -----------------------------------------------------------------------

    def cancel(self, *, reason: str, at: datetime, actor: str) -> Sequence[LineUnits]:
        """Cancel an unpaid order, or a COD order that is not shipped.

        Raises `OrderAlreadyCancelled`, `OrderAlreadyShipped` and
        `PaidOrderCannotBeCancelled`.
        """
        self._ensure_cancellable()
        return self._cancel(reason=reason, at=at, actor=actor, expired=False)

    def expire(self, *, at: datetime) -> Sequence[LineUnits]:
        """Cancel an order that was not paid before `expires_at`.

        Raises `OrderStillPayable` before that time, `InvalidTransition` unless `PENDING`.
        """
        if self.status is not OrderStatus.PENDING:
            raise InvalidTransition(self.status, OrderStatus.CANCELLED)
        if self.is_payable(at=at):
            raise OrderStillPayable
        return self._cancel(reason=EXPIRY_REASON, at=at, actor="system", expired=True)

    def cancel_line(
        self, line_id: OrderLineId, *, reason: str, at: datetime, actor: str
    ) -> Sequence[LineUnits]:
        """Cancel one line of a COD order; cancelling the last line cancels the order.

        Raises `OrderLineNotFound`, `LineAlreadyCancelled`, `OrderAlreadyShipped`,
        `OrderNotPaid` and `PaidOrderCannotBeCancelled` for an order to be paid online.
        """
        self.ensure_line_cancellable(line_id)
        self._ensure_cancellable()
        line = self.line(line_id)
        units = line.units
        self._cancel_line(line, reason=reason, at=at, actor=actor)
        self._record(OrderLineCancelled(**self._event_fields(at), line_id=line.id, reason=reason))
        if all(other.status is LineStatus.CANCELLED for other in self.lines):
            self._cancel(reason=reason, at=at, actor=actor, expired=False)
        return (units,)

    def ensure_line_cancellable(self, line_id: OrderLineId) -> None:
        """Check that a customer may cancel this line, by cancellation or by refund.

        Raises `OrderLineNotFound`, `LineAlreadyCancelled`, `OrderAlreadyShipped`,
        `RefundNotAllowed` for a paid order in processing, and `OrderNotPaid` for an unpaid
        online order, which can only be cancelled as a whole.
        """
        status = self.line(line_id).status
        if status is LineStatus.PENDING:
            raise OrderNotPaid
        if status is not LineStatus.CONFIRMED:
            raise LineAlreadyCancelled
        if self.shipped_at is not None:
            raise OrderAlreadyShipped
        if self._is_paid_online:
            self.ensure_refundable_by_customer()

    def ensure_refundable_by_customer(self) -> None:
        """Raises `RefundNotAllowed` unless it is paid and not in processing."""
        if self.status is not OrderStatus.PAID:
            raise RefundNotAllowed

    def _ensure_cancellable(self) -> None:
        if self.status is OrderStatus.CANCELLED:
            raise OrderAlreadyCancelled
        if self.payment_status is not OrderPaymentStatus.PENDING:
            raise PaidOrderCannotBeCancelled
        if self.status in _SHIPPED:
            raise OrderAlreadyShipped

    def _cancel(
        self, *, reason: str, at: datetime, actor: str, expired: bool
    ) -> Sequence[LineUnits]:
        units = self.reserved_units
        self._cancel_statuses(reason=reason, at=at, actor=actor)
        self._record(OrderCancelled(**self._event_fields(at), reason=reason, expired=expired))
        return units

    def _cancel_statuses(self, *, reason: str, at: datetime, actor: str) -> None:
        self._change_status(OrderStatus.CANCELLED, at=at, actor=actor, reason=reason)
        self._change_payment_status(OrderPaymentStatus.VOIDED, at=at, actor=actor, reason=reason)
        for line in self.lines:
            if line.status is not LineStatus.CANCELLED:
                self._cancel_line(line, reason=reason, at=at, actor=actor)

    def _cancel_line(self, line: OrderLine, *, reason: str, at: datetime, actor: str) -> None:
        self._change_line_status(line, LineStatus.CANCELLED, at=at, actor=actor, reason=reason)
        line.cancelled_at = at

    # -- refunds ----------------------------------------------------------------------------
    # A refund is requested and then either settled or failed, with the same items. The payment
    # ensures that each refund is settled or failed once, and records the events.

    def plan_refund(self, amount: Money) -> list[RefundItem]:
        """Split `amount` over the lines in proportion to what is refundable of each.

        Raises `OrderNotPaid`, `RefundExceedsOrder`, and `InvalidValue` for an amount below one
        minor unit.
        """
        self._ensure_paid_online()
        if amount > self.refundable or not self.refundable:
            raise RefundExceedsOrder(self.refundable)
        if amount.amount < 1:
            raise InvalidValue("amount", "A refund must be more than zero.")
        lines = [line for line in self.lines if line.refundable]
        shares = amount.split([line.refundable.amount for line in lines])
        return [
            line.refund_of_amount(share) for line, share in zip(lines, shares, strict=True) if share
        ]

    def request_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> None:
        """Mark parts of lines as being refunded.

        Raises `RefundExceedsOrder`, `RefundExceedsUnits` and `OrderNotPaid`.
        """
        self._ensure_paid_online()
        for item in items:
            self.line(item.line_id).request_refund(item)
        self._update_line_statuses(items, at=at, actor=actor, reason=reason)

    def settle_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> list[LineUnits]:
        """Record a requested refund as paid out; return the units whose reservation ends.

        There are none for an order that was shipped, or refunded in full before, whose reservations
        have ended. Raises `RefundExceedsOrder` for more than was requested.
        """
        is_released = self.shipped_at is not None or self.status in _RELEASED
        for item in items:
            self.line(item.line_id).settle_refund(item)
        self._update_line_statuses(items, at=at, actor=actor, reason=reason)
        self._update_payment_status(at=at, actor=actor, reason=reason)
        if self.refunded == self.total and self.status is not OrderStatus.REFUNDED:
            self._change_status(OrderStatus.REFUNDED, at=at, actor=actor, reason=reason)
        if is_released:
            return []
        return [self.line(item.line_id).units_of(item.quantity) for item in items if item.quantity]

    def fail_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> None:
        """Undo the request of a refund that was not made.

        Raises `RefundExceedsOrder` for more than was requested.
        """
        for item in items:
            self.line(item.line_id).fail_refund(item)
        self._update_line_statuses(items, at=at, actor=actor, reason=reason)

    def reverse_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> None:
        """Record that the customer's bank returned a settled refund: the amount is owed again.

        The units stay returned, so their lines await a new refund. An order that was refunded
        in full stays `REFUNDED`; its payment status shows that an amount is owed. Raises
        `RefundExceedsOrder` for more than was refunded.
        """
        for item in items:
            self.line(item.line_id).reverse_refund(item)
        self._update_line_statuses(items, at=at, actor=actor, reason=reason)
        self._update_payment_status(at=at, actor=actor, reason=reason)

    def record_late_refunds(
        self, refunded: Money, *, of: Money, reason: str, at: datetime, actor: str
    ) -> bool:
        """Record how much of a payment that arrived after the cancellation was refunded.

        The order was never paid, so `refunded` belongs to no line. Return True if it changed.
        """
        if self.paid_at is not None or refunded == self.late_refunded:
            return False
        self.late_refunded = refunded
        if not refunded:
            after = OrderPaymentStatus.VOIDED
        elif refunded < of:
            after = OrderPaymentStatus.PARTIALLY_REFUNDED
        else:
            after = OrderPaymentStatus.REFUNDED
        if after is not self.payment_status:
            self._change_payment_status(after, at=at, actor=actor, reason=reason)
        return True

    @property
    def _is_paid_online(self) -> bool:
        return self.payment_method is PaymentMethod.ONLINE and self.paid_at is not None

    def _ensure_paid_online(self) -> None:
        if not self._is_paid_online:
            raise OrderNotPaid

    def _update_line_statuses(
        self, items: Sequence[RefundItem], *, at: datetime, actor: str, reason: str
    ) -> None:
        for line_id in dict.fromkeys(item.line_id for item in items):
            line = self.line(line_id)
            after = line.status_after_refunds
            if after is not line.status:
                self._change_line_status(line, after, at=at, actor=actor, reason=reason)

    def _update_payment_status(self, *, at: datetime, actor: str, reason: str) -> None:
        if self.refunded == self.total:
            after = OrderPaymentStatus.REFUNDED
        elif self.refunded:
            after = OrderPaymentStatus.PARTIALLY_REFUNDED
        else:
            after = OrderPaymentStatus.PAID
        if after is not self.payment_status:
            self._change_payment_status(after, at=at, actor=actor, reason=reason)

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return sum(amounts, Money.zero(self.currency))

    # -- status changes ---------------------------------------------------------------------

    def _ensure_transition(self, after: OrderStatus) -> None:
        if after not in ORDER_LIFECYCLE[self.payment_method][self.status]:
            raise InvalidTransition(self.status, after)

    def _change_status(self, after: OrderStatus, *, at: datetime, actor: str, reason: str) -> None:
        self._ensure_transition(after)
        self._add_history(
            ChangeSubject.ORDER, self.status, after, at=at, actor=actor, reason=reason
        )
        self.status = after

    def _change_payment_status(
        self, after: OrderPaymentStatus, *, at: datetime, actor: str, reason: str
    ) -> None:
        before = self.payment_status
        if after not in PAYMENT_LIFECYCLE[before]:
            raise InvalidTransition(before, after)
        self._add_history(ChangeSubject.PAYMENT, before, after, at=at, actor=actor, reason=reason)
        self.payment_status = after

    def _change_line_status(
        self, line: OrderLine, after: LineStatus, *, at: datetime, actor: str, reason: str
    ) -> None:
        before = line.status
        line.change_status(after)
        self._add_history(
            ChangeSubject.LINE, before, after, at=at, actor=actor, reason=reason, line_id=line.id
        )

    def _add_history(
        self,
        subject: ChangeSubject,
        before: str,
        after: str,
        *,
        at: datetime,
        actor: str,
        reason: str,
        line_id: OrderLineId | None = None,
    ) -> None:
        change = StatusChange(
            subject=subject,
            line_id=line_id,
            before=str(before),
            after=str(after),
            at=at,
            actor=actor,
            reason=reason,
        )
        self.history = (*self.history, change)

    def _event_fields(self, at: datetime) -> dict[str, Any]:
        """The fields that every event of this order has."""
        return {
            "order_id": self.id,
            "order_number": self.number,
            "user_id": self.user_id,
            "payment_method": str(self.payment_method),
            "currency": self.currency,
            "occurred_at": at,
        }


def _shipment_text(field: str, text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_SHIPMENT_TEXT or not text.isprintable():
        label = field.replace("_", " ")
        raise InvalidValue(field, f"A {label} has 1 to {MAX_SHIPMENT_TEXT} printable characters.")
    return text
