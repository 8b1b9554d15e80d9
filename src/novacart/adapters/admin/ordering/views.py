"""Orders: found, shown, and offered what may be done with one as it stands."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.filters import Filter, amount, choice, from_day, to_day
from novacart.adapters.admin.list_view import id_of
from novacart.adapters.admin.ordering.forms import CancelForm, RefundForm, ShipForm
from novacart.adapters.admin.ordering.order_actions import OrderActs
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.back_office.order_actions import (
    ORDER_STATUSES,
    PAYMENT_METHODS,
    PAYMENT_STATUSES,
    OrderAction,
    offered_actions,
)
from novacart.application.back_office.orders import OrderDetail, OrderRow
from novacart.domain.shared.ids import OrderId

_NEEDS = {
    OrderAction.PROCESS: "orders.fulfil",
    OrderAction.SHIP: "orders.fulfil",
    OrderAction.DELIVER: "orders.fulfil",
    OrderAction.CANCEL: "orders.cancel",
    OrderAction.REFUND: "orders.refund",
}


class OrdersView(OrderActs):
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
        "placed_at": lambda row: formatting.moment(row.placed_at),
        "status": lambda row: formatting.pill(row.status),
        "payment_status": lambda row: formatting.pill(row.payment_status),
        "total": lambda row: formatting.money(row.total),
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

    def get_one(self, id: object) -> OrderDetail | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.order(OrderId(key))

    def called(self, key: int) -> str:
        order = self.get_one(key)
        return f"#{key}" if order is None else order.number

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        order: OrderDetail = self.one()
        return self.render(
            self.details_template,
            order=order,
            offered=self._offered(order),
            ship_form=ShipForm(None),
            cancel_form=CancelForm(None),
            refund_form=RefundForm(None),
            limit=self._limit("orders.refund"),
        )

    def _offered(self, order: OrderDetail) -> list[OrderAction]:
        """What the lifecycle allows, of what the role allows."""
        offered = offered_actions(
            status=order.status,
            payment_method=order.payment_method,
            refundable=order.left.amount > 0,
        )
        return [one for one in offered if self.may(_NEEDS[one])]
