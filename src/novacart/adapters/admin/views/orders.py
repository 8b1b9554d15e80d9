"""Orders, and what may be done with one as it stands."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action

from novacart.adapters.admin import words
from novacart.adapters.admin.filters import Filter, amount, choice, from_day, to_day
from novacart.adapters.admin.forms.orders import CancelForm, PlainForm, RefundForm, ShipForm
from novacart.adapters.admin.forms.secure import sent
from novacart.adapters.admin.views.list_view import ListedView, id_of
from novacart.adapters.admin.views.staff_view import back
from novacart.application.back_office.listing import ListRequest, Page
from novacart.application.back_office.order_actions import (
    ORDER_STATUSES,
    PAYMENT_METHODS,
    PAYMENT_STATUSES,
    OrderAction,
    offered_actions,
)
from novacart.application.back_office.orders import OrderRow, OrderSheet
from novacart.application.ordering.cancel_order import CallOff
from novacart.application.ordering.fulfil_order import SendOff
from novacart.application.payments.request_refund import AskForRefund, RefundedUnits
from novacart.application.ports.staff_limits import must_be_within
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.shared.ids import OrderId, OrderLineId, UserId
from novacart.domain.shared.money import Money

_NEEDS = {
    OrderAction.PROCESS: "orders.fulfil",
    OrderAction.SHIP: "orders.fulfil",
    OrderAction.DELIVER: "orders.fulfil",
    OrderAction.CANCEL: "orders.cancel",
    OrderAction.REFUND: "orders.refund",
}


class OrdersView(ListedView):
    row = OrderRow
    heading = "Orders"
    searches_for = "Order number or e-mail address"
    details_template = "back_office/order.html"
    panels = "back_office/order_panels.html"
    column_list = ("number", "placed_at", "email", "status", "payment_status", "total")
    column_labels: ClassVar = {
        "number": "Order",
        "placed_at": "Placed",
        "email": "Customer",
        "payment_status": "Payment",
    }
    sorts: ClassVar = {"placed_at": "placed_at", "total": "total"}
    formats: ClassVar = {
        "placed_at": lambda row: words.moment(row.placed_at),
        "status": lambda row: words.pill(row.status),
        "payment_status": lambda row: words.pill(row.payment_status),
        "total": lambda row: words.money(row.total),
    }
    permissions: ClassVar = {
        "index_view": "orders.read",
        "details_view": "orders.read",
        "action_view": "orders.read",
        "process": "orders.fulfil",
        "ship": "orders.fulfil",
        "deliver": "orders.fulfil",
        "cancel": "orders.cancel",
        "refund": "orders.refund",
    }
    action_permissions: ClassVar = {
        "process": "orders.fulfil",
        "ship": "orders.fulfil",
        "deliver": "orders.fulfil",
        "cancel": "orders.cancel",
        "refund": "orders.refund",
    }

    def filters(self, desk: Any) -> Sequence[Filter]:  # noqa: ANN401 (as the base has it)
        currency = desk.policy.currency
        return (
            choice("status", "Status", ORDER_STATUSES),
            choice("payment_status", "Payment", PAYMENT_STATUSES),
            choice("payment_method", "Method", PAYMENT_METHODS),
            Filter(name="user", label="Customer's id", read=id_of, input="text"),
            from_day("placed_from", "Placed from"),
            to_day("placed_before", "Placed until"),
            amount("total_from", "Total from", currency),
            amount("total_to", "Total up to", currency),
        )

    def fetch(self, wanted: ListRequest) -> Page[OrderRow]:
        return self.desk.queries.orders(wanted)

    def get_one(self, id: object) -> OrderSheet | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.order(OrderId(key))

    def called(self, key: int) -> str:
        order = self.get_one(key)
        return f"#{key}" if order is None else order.number

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        order: OrderSheet = self.one()
        return self.render(
            self.details_template,
            order=order,
            offered=self._offered(order),
            ship_form=ShipForm(None),
            cancel_form=CancelForm(None),
            refund_form=RefundForm(None),
            limit=self._limit("orders.refund"),
        )

    def _offered(self, order: OrderSheet) -> list[OrderAction]:
        """What the lifecycle allows, of what the role allows."""
        offered = offered_actions(
            status=order.status,
            payment_method=order.payment_method,
            refundable=order.left.amount > 0,
        )
        return [one for one in offered if self.may(_NEEDS[one])]

    # -- acts on one order --------------------------------------------------------------------

    @expose("/process/", methods=("POST",))
    def process(self) -> Any:  # noqa: ANN401 (a redirect)
        order, _ = self._posted(PlainForm)
        start = self.desk.orders.start_processing
        self.attempt(lambda: start(order.id), done=f"{order.number} is being packed.")
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
        deliver = self.desk.orders.deliver
        self.attempt(lambda: deliver(order.id), done=f"{order.number} is delivered.")
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
        start = self.desk.orders.start_processing
        self.each(chosen, lambda key: start(OrderId(key)), done="Being packed")

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
        deliver = self.desk.orders.deliver
        self.each(chosen, lambda key: deliver(OrderId(key)), done="Delivered")

    @action("cancel", "Cancel", "Cancel the chosen orders?")
    def cancel_many(self, chosen: Sequence[str]) -> None:
        reason = request.form.get("reason", "").strip() or "The shop cancelled it."
        self.each(chosen, lambda key: self._call_off(OrderId(key), reason), done="Cancelled")

    @action("refund", "Refund in full", "Give back all that is left of the chosen orders?")
    def refund_many(self, chosen: Sequence[str]) -> None:
        reason = request.form.get("reason", "").strip() or "The shop refunded it."
        self.each(chosen, lambda key: self._give_back(OrderId(key), reason), done="Refunding")

    # -- the use cases ------------------------------------------------------------------------

    def _send(self, order_id: OrderId, carrier: str | None, tracking: str | None) -> None:
        self.desk.orders.ship(
            SendOff(order_id=order_id, carrier=carrier or "", tracking_number=tracking or "")
        )

    def _call_off(self, order_id: OrderId, reason: str | None) -> None:
        must_be_within(self._limit("orders.cancel"), self._sheet(order_id).total)
        self.desk.orders.cancel(CallOff(order_id=order_id, user_id=None, reason=reason or ""))

    def _give_back(
        self,
        order_id: OrderId,
        reason: str | None,
        *,
        units: Sequence[RefundedUnits] = (),
        given: str | None = None,
    ) -> None:
        self.desk.orders.refund(
            AskForRefund(
                user_id=UserId(self.staff.id),
                order_id=order_id,
                as_staff=True,
                at_most=self._limit("orders.refund"),
                amount=given,
                units=units,
                reason=reason or "",
            )
        )

    def _limit(self, permission: str) -> Money | None:
        return self.desk.policy.limits.of(self.staff.role, permission)

    def _sheet(self, order_id: OrderId) -> OrderSheet:
        order = self.get_one(order_id)
        if order is None:
            raise OrderNotFound
        return order

    def _posted(self, form_class: Any) -> tuple[OrderSheet, Any]:  # noqa: ANN401 (any form of ours)
        """The order, and the form if it is filled in well; what is wrong is told."""
        form = sent(form_class)
        for mistake in form.mistakes:
            flash(mistake, "danger")
        return self.one(), None if form.errors else form

    def _back_to(self, order: OrderSheet) -> Any:  # noqa: ANN401 (a redirect)
        return back(url_for("desk_orders.details_view", id=order.id))


def _units(order: OrderSheet) -> list[RefundedUnits]:
    counts = {line.id: id_of(request.form.get(f"line-{line.id}", "")) for line in order.lines}
    return [
        RefundedUnits(line_id=OrderLineId(line_id), quantity=count)
        for line_id, count in counts.items()
        if count
    ]
