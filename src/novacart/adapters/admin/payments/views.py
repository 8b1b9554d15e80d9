"""Payments and refunds."""

from typing import Any, ClassVar

from flask import url_for
from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.filters import Filter, choice
from novacart.adapters.admin.list_view import ListedView, id_of
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.back_office.payments import PaymentRow, RefundRow
from novacart.domain.shared.ids import PaymentId, RefundId

_PAYMENT = "CREATED REQUIRES_ACTION PROCESSING FAILED SUCCEEDED CANCELLED".split()
_REFUND = "REQUESTED PENDING SUCCEEDED FAILED CANCELLED".split()
_ORIGIN = "CUSTOMER STAFF LINE_CANCELLED LATE_MONEY PROVIDER".split()


class PaymentsView(ListedView):
    row = PaymentRow
    heading = "Payments"
    searches_for = "Order number or the provider's id"
    details_template = "back_office/facts.html"
    column_list = ("order_number", "created_at", "status", "amount", "refunded", "reference")
    column_labels: ClassVar = {
        "order_number": "Order",
        "created_at": "Opened",
        "reference": "Provider's id",
    }
    sorts: ClassVar = {"created_at": "created_at"}
    formats: ClassVar = {
        "created_at": lambda row: formatting.moment(row.created_at),
        "status": lambda row: formatting.pill(row.status),
        "amount": lambda row: formatting.money(row.amount),
        "refunded": lambda row: formatting.money(row.refunded),
        "reference": lambda row: formatting.code(row.reference),
    }
    permissions: ClassVar = {"index_view": "payments.read", "details_view": "payments.read"}

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (choice("status", "Status", _PAYMENT),)

    def fetch(self, wanted: ListRequest) -> Page[PaymentRow]:
        return self.desk.queries.payments(wanted)

    def get_one(self, id: object) -> PaymentRow | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.payment(PaymentId(key))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        payment: PaymentRow = self.one()
        order = formatting.link(
            url_for("desk_orders.details_view", id=payment.order_id), payment.order_number
        )
        facts = [
            ("Order", order),
            ("Status", formatting.pill(payment.status)),
            ("Amount", formatting.money(payment.amount)),
            ("Captured", formatting.money(payment.captured)),
            ("Refunded or on its way", formatting.money(payment.refunded)),
            ("Provider's id", formatting.code(payment.reference)),
            ("What went wrong", payment.failure or "–"),
            ("Opened", formatting.moment(payment.created_at)),
            ("Settled", formatting.moment(payment.settled_at)),
        ]
        return self.render(
            self.details_template, title=f"Payment of {payment.order_number}", facts=facts
        )


class RefundsView(ListedView):
    row = RefundRow
    heading = "Refunds"
    searches_for = "Order number or the provider's id"
    details_template = "back_office/facts.html"
    column_list = ("order_number", "requested_at", "status", "amount", "origin", "reason")
    column_labels: ClassVar = {
        "order_number": "Order",
        "requested_at": "Requested",
        "origin": "Begun by",
    }
    sorts: ClassVar = {"requested_at": "requested_at"}
    formats: ClassVar = {
        "requested_at": lambda row: formatting.moment(row.requested_at),
        "status": lambda row: formatting.pill(row.status),
        "amount": lambda row: formatting.money(row.amount),
        "origin": lambda row: formatting.plain(row.origin),
        "reason": lambda row: row.reason or "–",
    }
    permissions: ClassVar = {"index_view": "payments.read", "details_view": "payments.read"}

    def filters(self, desk: Any) -> tuple[Filter, ...]:  # noqa: ANN401, ARG002 (as the base has it)
        return (choice("status", "Status", _REFUND), choice("origin", "Begun by", _ORIGIN))

    def fetch(self, wanted: ListRequest) -> Page[RefundRow]:
        return self.desk.queries.refunds(wanted)

    def get_one(self, id: object) -> RefundRow | None:
        key = id_of(id)
        return None if key is None else self.desk.queries.refund(RefundId(key))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        refund: RefundRow = self.one()
        order = formatting.link(
            url_for("desk_orders.details_view", id=refund.order_id), refund.order_number
        )
        facts = [
            ("Order", order),
            ("Status", formatting.pill(refund.status)),
            ("Amount", formatting.money(refund.amount)),
            ("Begun by", formatting.plain(refund.origin)),
            ("Reason", refund.reason or "–"),
            ("Provider's id", formatting.code(refund.reference)),
            ("What went wrong", refund.failure or "–"),
            ("Requested", formatting.moment(refund.requested_at)),
            ("Settled", formatting.moment(refund.settled_at)),
        ]
        return self.render(
            self.details_template, title=f"Refund of {refund.order_number}", facts=facts
        )
