"""Orders: list, details, fulfilment, cancellation and refunds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from flask import flash, request, url_for
from flask_admin import expose
from flask_admin.actions import action
from flask_admin.helpers import get_redirect_target
from markupsafe import Markup

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.filters import (
    Filter,
    amount,
    choice,
    from_date,
    parse_integer,
    to_date,
)
from novacart.adapters.admin.forms import ConfirmForm, StaffForm, submitted
from novacart.adapters.admin.list_view import ListView
from novacart.adapters.admin.ordering.forms import (
    CancelForm,
    ReceiveForm,
    RefundForm,
    ReturnForm,
    ShipForm,
)
from novacart.adapters.admin.staff_view import see_other
from novacart.application.authorization.reauthentication import ReauthenticationRequired
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.back_office.orders import OrderAction, OrderDetail, OrderRow
from novacart.application.ordering.cancel_order import CancelOrderCommand
from novacart.application.ordering.fulfil_order import (
    DeliverOrderCommand,
    ShipOrderCommand,
    StartProcessingCommand,
)
from novacart.application.ordering.return_goods import (
    ReceiveReturnedGoodsCommand,
    ReturnOrderCommand,
)
from novacart.application.ordering.revoke_order_links import RevokeOrderLinksCommand
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.ports.errors import Unavailable
from novacart.application.written_numbers import DEFAULT_STYLE, read_money, read_whole_number
from novacart.domain.ordering.lifecycle import OrderPaymentStatus, OrderStatus, PaymentMethod
from novacart.domain.payments.lifecycle import DisputeStatus
from novacart.domain.payments.refund import Refund
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity

_PERMISSIONS: Final[dict[str, str]] = {
    OrderAction.PROCESS: "orders.fulfil",
    OrderAction.SHIP: "orders.fulfil",
    OrderAction.DELIVER: "orders.fulfil",
    OrderAction.RETURN: "orders.return",
    OrderAction.RECEIVE: "orders.return",
    OrderAction.CANCEL: "orders.cancel",
    OrderAction.REFUND: "orders.refund",
    OrderAction.REVOKE_LINKS: "orders.cancel",
}

_CONFIRMED: Final = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """What a bulk action would do to an order: the amount, or the reason why it is skipped."""

    order: OrderDetail
    amount: Money | None = None
    skipped: str = ""


def _customer(row: OrderRow) -> Markup:
    guest = formatting.badge("guest") if row.is_of_guest else ""
    return Markup("{} {}").format(formatting.email_address(row.email), guest)


class OrdersView(ListView):
    row = OrderRow
    heading = "Orders"
    search_placeholder = "Search by order number or email address"
    details_template = "back_office/order.html"
    bulk_actions_template = "back_office/order_bulk_actions.html"
    column_list = ("number", "placed_at", "email", "status", "payment_status", "dispute", "total")
    column_labels: ClassVar = {
        "number": "Order",
        "placed_at": "Placed",
        "email": "Customer",
        "payment_status": "Payment",
    }
    column_sortable_list = ("placed_at", "total")
    formatters: ClassVar = {
        "placed_at": lambda row: formatting.timestamp(row.placed_at),
        "email": _customer,
        "status": lambda row: formatting.badge(row.status),
        "payment_status": lambda row: formatting.badge(row.payment_status),
        "dispute": lambda row: formatting.badge(row.dispute) if row.dispute else "",
        "total": lambda row: formatting.money(row.total),
    }
    permissions: ClassVar = {
        "index_view": "orders.read",
        "details_view": "orders.read",
        "action_view": "orders.read",
        **_PERMISSIONS,
    }
    provider_views: ClassVar = frozenset({"refund", "action_view"})
    action_permissions: ClassVar = _PERMISSIONS

    def build_filters(self, back_office: BackOffice) -> Sequence[Filter]:
        currency = back_office.currency
        return (
            choice("status", "Status", tuple(OrderStatus)),
            choice("payment_status", "Payment status", tuple(OrderPaymentStatus)),
            choice("payment_method", "Payment method", tuple(PaymentMethod)),
            choice("dispute", "Dispute", tuple(DisputeStatus)),
            Filter(name="user", label="Customer ID", parse=parse_integer, input="text"),
            from_date("placed_from", "Placed from", back_office.zone),
            to_date("placed_before", "Placed until", back_office.zone),
            amount("total_from", "Total from", currency),
            amount("total_to", "Total up to", currency),
        )

    def fetch(self, query: ListQuery) -> Page[OrderRow]:
        return self.back_office.queries.orders(query)

    def get_one(self, id: object) -> OrderDetail | None:
        key = parse_integer(id)
        return None if key is None else self.back_office.queries.order(OrderId(key))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._details(self.get_or_404())

    def _details(self, order: OrderDetail, typed: StaffForm | None = None) -> Any:  # noqa: ANN401 (a page)
        """The page of an order, with the form that was `typed` and not accepted."""
        self.name_actors(
            [*(change.actor for change in order.history), *(each.actor for each in order.events)]
        )
        forms: dict[str, StaffForm] = {
            "ship_form": ShipForm(None),
            "cancel_form": CancelForm(None),
            "return_form": ReturnForm(None),
            "receive_form": ReceiveForm(None),
            "refund_form": RefundForm(None),
        }
        if typed is not None:
            forms |= {name: typed for name, form in forms.items() if type(form) is type(typed)}
        # Also for a form that is sent again, since the page shows what has changed meanwhile.
        forms["receive_form"]["version"].data = order.version
        forms["refund_form"]["refundable"].data = str(order.refundable)
        return self.render(
            self.details_template,
            order=order,
            actions=[each for each in order.available_actions if self.can(_PERMISSIONS[each])],
            refund_limit=self._limit("orders.refund"),
            typed=typed,
            **forms,
        )

    # Actions on one order.

    @expose("/process/", methods=("POST",))
    def process(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._submitted(ConfirmForm)
        return self._run(
            form,
            lambda: self._start_processing(order.id),
            success=f"Order {order.number} is now processing.",
        )

    @expose("/ship/", methods=("POST",))
    def ship(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._submitted(ShipForm)
        return self._run(
            form,
            lambda: self._ship(
                order.id,
                form.carrier.data,
                form.tracking_number.data,
                despite_dispute=bool(form.despite_dispute.data),
            ),
            success=f"Order {order.number} was shipped.",
        )

    @expose("/deliver/", methods=("POST",))
    def deliver(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._submitted(ConfirmForm)
        return self._run(
            form,
            lambda: self._deliver(order.id),
            success=f"Order {order.number} was marked as delivered.",
        )

    @expose("/cancel/", methods=("POST",))
    def cancel(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._submitted(CancelForm)
        return self._run(
            form,
            lambda: self._cancel(order.id, form.reason.data),
            success=f"Order {order.number} was cancelled.",
        )

    @expose("/return/", methods=("POST",))
    def return_order(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._submitted(ReturnForm)
        return self._run(
            form,
            lambda: self.back_office.orders.return_order(
                ReturnOrderCommand(
                    staff=self.actor, order_id=order.id, reason=form.reason.data or ""
                )
            ),
            success=f"Order {order.number} was returned. Its items are back in stock.",
        )

    @expose("/receive/", methods=("POST",))
    def receive(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._submitted(ReceiveForm)
        return self._run(
            form,
            lambda: self.back_office.orders.receive(
                ReceiveReturnedGoodsCommand(
                    staff=self.actor,
                    order_id=order.id,
                    reason=form.reason.data or "",
                    units=_entered_units(order),
                    expected_version=parse_integer(form.version.data),
                )
            ),
            success=f"The returned items of order {order.number} are back in stock.",
        )

    @expose("/refund/", methods=("POST",))
    def refund(self) -> Any:  # noqa: ANN401 (a redirect)
        """Show what the form would refund, then refund the confirmed amount."""
        order, form = self._submitted(RefundForm)
        use_case = self.back_office.orders.refund
        if form.confirmed.data and "change" not in request.form:
            return self._run(
                form,
                lambda: use_case(self._entered_refund(order, form)),
                success=f"The refund of order {order.number} was requested.",
            )
        planned: list[Refund] = []
        if (
            form.errors
            or "change" in request.form
            or not self.run_action(
                lambda: planned.append(use_case(self._entered_refund(order, form, dry_run=True)))
            )
        ):
            return self._details(self.get_or_404(), form)
        return self.render(
            "back_office/refund_confirmation.html",
            order=order,
            refund=planned[0],
            lines={line.id: line for line in order.lines},
            values=self.entered_values(),
            provider=self.back_office.provider,
        )

    @expose("/revoke-links/", methods=("POST",))
    def revoke_links(self) -> Any:  # noqa: ANN401 (a redirect)
        order, form = self._submitted(ConfirmForm)
        return self._run(
            form,
            lambda: self.back_office.orders.revoke_links(
                RevokeOrderLinksCommand(staff=self.actor, order_id=order.id)
            ),
            success=f"The links to order {order.number} are no longer valid.",
        )

    # Bulk actions.

    @action(OrderAction.PROCESS, "Start processing")
    def process_many(self, selected: Sequence[str]) -> None:
        self.run_bulk_action(
            selected, lambda key: self._start_processing(OrderId(key)), success="Processing"
        )

    @action(OrderAction.SHIP, "Ship")
    def ship_many(self, selected: Sequence[str]) -> None:
        carrier = request.form.get("carrier", "").strip()
        tracking = request.form.get("tracking_number", "").strip()
        if not carrier or not tracking:
            flash("Enter a carrier and a tracking number.", "warning")
            return
        self.run_bulk_action(
            selected, lambda key: self._ship(OrderId(key), carrier, tracking), success="Shipped"
        )

    @action(OrderAction.DELIVER, "Mark as delivered")
    def deliver_many(self, selected: Sequence[str]) -> None:
        self.run_bulk_action(selected, lambda key: self._deliver(OrderId(key)), success="Delivered")

    @action(OrderAction.CANCEL, "Cancel")
    def cancel_many(self, selected: Sequence[str]) -> str | None:
        """Show the orders that would be cancelled, then cancel those that were shown."""
        reason = request.form.get("reason", "").strip() or "Cancelled by staff."

        def cancel(order: OrderDetail, planned: Money) -> Money:
            command = CancelOrderCommand(
                order_id=order.id, staff=self.actor, reason=reason, dry_run=True, planned=planned
            )
            self.back_office.orders.cancel(command)
            return order.total

        if _CONFIRMED not in request.form:
            return self._confirm(OrderAction.CANCEL, selected, cancel, reason)
        self.run_bulk_action(
            selected, lambda key: self._cancel(OrderId(key), reason), success="Cancelled"
        )
        return None

    @action(OrderAction.REFUND, "Refund in full")
    def refund_many(self, selected: Sequence[str]) -> str | None:
        """Show what would be refunded, then refund the amounts that were shown."""
        reason = request.form.get("reason", "").strip() or "Refunded by staff."
        use_case = self.back_office.orders.refund

        def plan(order: OrderDetail, planned: Money) -> Money:
            # An identity that has to be confirmed is confirmed before the first refund.
            command = RequestRefundCommand(
                actor=self.actor, order_id=order.id, reason=reason, dry_run=True, planned=planned
            )
            return use_case(command).amount

        def refund(key: int) -> None:
            amount, _, currency = request.form.get(f"amount-{key}", "").partition(" ")
            use_case(
                RequestRefundCommand(
                    actor=self.actor,
                    order_id=OrderId(key),
                    reason=reason,
                    expected_amount=Money.parse(amount, currency),
                )
            )

        if _CONFIRMED not in request.form:
            return self._confirm(OrderAction.REFUND, selected, plan, reason)
        self.run_bulk_action(selected, refund, success="Refund requested")
        return None

    def _confirm(
        self,
        action: OrderAction,
        selected: Sequence[str],
        dry_run: Callable[[OrderDetail, Money], Money],
        reason: str,
    ) -> str:
        """The page that shows what a bulk action would do, and which orders it would skip.

        `dry_run` gets an order and the sum of those before it in its currency. It returns the
        amount of the order.
        """
        plan: list[PlannedOrder] = []
        totals: dict[str, Money] = {}
        for key in dict.fromkeys(filter(None, map(parse_integer, selected))):
            order = self.back_office.queries.order(OrderId(key))
            if order is None:
                continue
            currency = order.total.currency
            total = totals.get(currency, Money.zero(currency))
            try:
                amount = dry_run(order, total)
            except ReauthenticationRequired:
                raise
            except (DomainError, Unavailable) as error:
                plan.append(PlannedOrder(order=order, skipped=str(error)))
            else:
                plan.append(PlannedOrder(order=order, amount=amount))
                totals[currency] = total + amount
        return self.render(
            "back_office/order_bulk_confirmation.html",
            action=action,
            planned=[each for each in plan if each.amount is not None],
            skipped=[each for each in plan if each.amount is None],
            totals=list(totals.values()),
            reason=reason,
            provider=self.back_office.provider,
            list_url=get_redirect_target() or url_for("admin_orders.index_view"),
        )

    def _start_processing(self, order_id: OrderId) -> None:
        self.back_office.orders.start_processing(
            StartProcessingCommand(staff=self.actor, order_id=order_id)
        )

    def _deliver(self, order_id: OrderId) -> None:
        self.back_office.orders.deliver(DeliverOrderCommand(staff=self.actor, order_id=order_id))

    def _ship(
        self,
        order_id: OrderId,
        carrier: str | None,
        tracking: str | None,
        *,
        despite_dispute: bool = False,
    ) -> None:
        self.back_office.orders.ship(
            ShipOrderCommand(
                staff=self.actor,
                order_id=order_id,
                carrier=carrier or "",
                tracking_number=tracking or "",
                despite_dispute=despite_dispute,
            )
        )

    def _cancel(self, order_id: OrderId, reason: str | None) -> None:
        self.back_office.orders.cancel(
            CancelOrderCommand(order_id=order_id, staff=self.actor, reason=reason or "")
        )

    def _entered_refund(
        self, order: OrderDetail, form: RefundForm, *, dry_run: bool = False
    ) -> RequestRefundCommand:
        """Raises `InvalidValue`."""
        currency = self.back_office.currency
        amount = (form.amount.data or "").strip()
        refundable, confirmed = form.refundable.data, form.confirmed.data
        return RequestRefundCommand(
            actor=self.actor,
            order_id=order.id,
            amount=str(read_money(amount, currency)) if amount else None,
            units=_entered_units(order),
            reason=form.reason.data or "",
            expected_refundable=Money.parse(refundable, currency) if refundable else None,
            expected_amount=Money.parse(confirmed, currency) if confirmed else None,
            dry_run=dry_run,
        )

    def _limit(self, permission: str) -> Money | None:
        return self.back_office.limits.limit_for(self.staff.role, permission)

    def _submitted(self, form_class: type[StaffForm]) -> tuple[OrderDetail, Any]:
        """The order and the form, with its errors flashed."""
        form = submitted(form_class)
        form.flash_errors()
        return self.get_or_404(), form

    def _run(self, form: StaffForm, action: Callable[[], object], *, success: str) -> Any:  # noqa: ANN401 (a page)
        """Run the action of a valid form, else show the page with what was typed."""
        if not form.errors and self.run_action(action, success=success):
            return see_other(url_for("admin_orders.details_view", id=request.args["id"]))
        return self._details(self.get_or_404(), form)


def _entered_units(order: OrderDetail) -> list[LineQuantity]:
    """The quantities that staff entered; an empty list means all that is left.

    Raises `InvalidValue` for a quantity that is not a whole number, and if all of them are zero.
    """
    entered = {
        line.id: text
        for line in order.lines
        if (text := request.form.get(f"line-{line.id}", "").strip())
    }
    units = [
        LineQuantity(line_id=line_id, quantity=quantity)
        for line_id, text in entered.items()
        if (quantity := read_whole_number(text, DEFAULT_STYLE, field="quantity"))
    ]
    if entered and not units:
        raise InvalidValue(
            "quantity", "Enter a quantity above zero, or leave all quantities empty."
        )
    return units
