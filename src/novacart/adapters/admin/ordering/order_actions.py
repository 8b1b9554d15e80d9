"""What is done with one order or with many: packed, sent, cancelled, refunded."""

from collections.abc import Sequence
from typing import Any

from flask import flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action

from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.adapters.admin.ordering.forms import CancelForm, PlainForm, RefundForm, ShipForm
from novacart.adapters.admin.secure_form import sent
from novacart.adapters.admin.staff_view import back
from novacart.application.authorization.actor import Actor
from novacart.application.back_office.orders import OrderDetail
from novacart.application.ordering.cancel_order import CancelOrderCommand
from novacart.application.ordering.fulfil_order import (
    DeliverOrderCommand,
    ShipOrderCommand,
    StartProcessingCommand,
)
from novacart.application.payments.request_refund import RefundedUnits, RequestRefundCommand
from novacart.domain.shared.ids import OrderId, OrderLineId, UserId
from novacart.domain.shared.money import Money


class OrderActs(ListedView):
    # -- acts on one order --------------------------------------------------------------------

    @expose("/process/", methods=("POST",))
    def process(self) -> Any:  # noqa: ANN401 (a redirect)
        order, _ = self._posted(PlainForm)
        self.attempt(
            lambda: self._start_processing(order.id), done=f"{order.number} is being packed."
        )
        return self._back_to(order)

    @expose("/ship/", methods=("POST",))
    def ship(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._posted(ShipForm)
        if form is not None:
            self.attempt(
                lambda: self._send(order.id, form.carrier.data, form.tracking_number.data),
                done=f"{order.number} is on its way.",
            )
        return self._back_to(order)

    @expose("/deliver/", methods=("POST",))
    def deliver(self) -> Any:  # noqa: ANN401 (a redirect)
        order, _ = self._posted(PlainForm)
        self.attempt(lambda: self._deliver(order.id), done=f"{order.number} is delivered.")
        return self._back_to(order)

    @expose("/cancel/", methods=("POST",))
    def cancel(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._posted(CancelForm)
        if form is not None:
            self.attempt(
                lambda: self._call_off(order.id, form.reason.data),
                done=f"{order.number} is cancelled.",
            )
        return self._back_to(order)

    @expose("/refund/", methods=("POST",))
    def refund(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._posted(RefundForm)
        if form is not None:
            units = _units(order)
            given = (form.amount.data or "").strip().replace(",", "") or None
            self.attempt(
                lambda: self._give_back(order.id, form.reason.data, units=units, given=given),
                done=f"The refund of {order.number} is on its way.",
            )
        return self._back_to(order)

    # -- acts on many -------------------------------------------------------------------------

    @action("process", "Start processing")
    def process_many(self, chosen: Sequence[str]) -> None:
        self.each(chosen, lambda key: self._start_processing(OrderId(key)), done="Being packed")

    @action("ship", "Ship")
    def ship_many(self, chosen: Sequence[str]) -> None:
        carrier = request.form.get("carrier", "").strip()
        tracking = request.form.get("tracking_number", "").strip()
        if not carrier or not tracking:
            flash("Say by which carrier, and under which number.", "warning")
            return
        self.each(chosen, lambda key: self._send(OrderId(key), carrier, tracking), done="Shipped")

    @action("deliver", "Mark as delivered")
    def deliver_many(self, chosen: Sequence[str]) -> None:
        self.each(chosen, lambda key: self._deliver(OrderId(key)), done="Delivered")

    @action("cancel", "Cancel", "Cancel the chosen orders?")
    def cancel_many(self, chosen: Sequence[str]) -> None:
        reason = request.form.get("reason", "").strip() or "The shop cancelled it."
        self.each(chosen, lambda key: self._call_off(OrderId(key), reason), done="Cancelled")

    @action("refund", "Refund in full", "Give back all that is left of the chosen orders?")
    def refund_many(self, chosen: Sequence[str]) -> None:
        reason = request.form.get("reason", "").strip() or "The shop refunded it."
        self.each(chosen, lambda key: self._give_back(OrderId(key), reason), done="Refunding")

    # -- the use cases ------------------------------------------------------------------------

    def _start_processing(self, order_id: OrderId) -> None:
        self.desk.orders.start_processing(
            StartProcessingCommand(staff=self._actor, order_id=order_id)
        )

    def _deliver(self, order_id: OrderId) -> None:
        self.desk.orders.deliver(DeliverOrderCommand(staff=self._actor, order_id=order_id))

    def _send(self, order_id: OrderId, carrier: str | None, tracking: str | None) -> None:
        self.desk.orders.ship(
            ShipOrderCommand(
                staff=self._actor,
                order_id=order_id,
                carrier=carrier or "",
                tracking_number=tracking or "",
            )
        )

    def _call_off(self, order_id: OrderId, reason: str | None) -> None:
        self.desk.orders.cancel(
            CancelOrderCommand(order_id=order_id, staff=self._actor, reason=reason or "")
        )

    def _give_back(
        self,
        order_id: OrderId,
        reason: str | None,
        *,
        units: Sequence[RefundedUnits] = (),
        given: str | None = None,
    ) -> None:
        self.desk.orders.refund(
            RequestRefundCommand(
                user_id=UserId(self.staff.id),
                order_id=order_id,
                as_staff=True,
                at_most=self._limit("orders.refund"),
                amount=given,
                units=units,
                reason=reason or "",
            )
        )

    @property
    def _actor(self) -> Actor:
        return Actor(user_id=UserId(self.staff.id), role=self.staff.role)

    def _limit(self, permission: str) -> Money | None:
        return self.desk.policy.limits.limit_for(self.staff.role, permission)

    def _posted(self, form_class: Any) -> tuple[OrderDetail, Any]:  # noqa: ANN401 (any form of ours)
        """The order, and the form if it is filled in well; what is wrong is told."""
        form = sent(form_class)
        for mistake in form.mistakes:
            flash(mistake, "danger")
        return self.one(), None if form.errors else form

    def _back_to(self, order: OrderDetail) -> Any:  # noqa: ANN401 (a redirect)
        return back(url_for("desk_orders.details_view", id=order.id))


def _units(order: OrderDetail) -> list[RefundedUnits]:
    counts = {line.id: id_of(request.form.get(f"line-{line.id}", "")) for line in order.lines}
    return [
        RefundedUnits(line_id=OrderLineId(line_id), quantity=count)
        for line_id, count in counts.items()
        if count
    ]
