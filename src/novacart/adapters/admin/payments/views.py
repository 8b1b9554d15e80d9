"""Payments and refunds: lists and details."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from flask import url_for
from flask_admin import expose

from novacart.adapters.admin import formatting
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.filters import Filter, choice, parse_integer
from novacart.adapters.admin.forms import ConfirmForm, StaffForm, submitted
from novacart.adapters.admin.list_view import ListView
from novacart.adapters.admin.payments.forms import SettleForm, SupersedeForm
from novacart.adapters.admin.staff_view import see_other
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.back_office.payments import (
    PaymentDetail,
    PaymentRow,
    RefundDetail,
    RefundRow,
)
from novacart.application.payments.resolve_refund import (
    RetryRefundCommand,
    SettleRefundCommand,
    SupersedeRefundCommand,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin, RefundResolution
from novacart.domain.shared.ids import PaymentId, RefundId

_RESOLUTIONS: Final = {
    RefundResolution.RETRIED: "Requested again",
    RefundResolution.SETTLED_BY_HAND: "Settled by hand",
    RefundResolution.SUPERSEDED: "Refunded another way",
}


class PaymentsView(ListView):
    row = PaymentRow
    heading = "Payments"
    search_placeholder = "Search by order number or provider reference"
    details_template = "back_office/payment.html"
    column_list = (
        "order_number",
        "created_at",
        "status",
        "dispute",
        "amount",
        "refunded",
        "reference",
    )
    column_labels: ClassVar = {
        "order_number": "Order",
        "created_at": "Created",
        "reference": "Provider reference",
    }
    column_sortable_list = ("created_at",)
    formatters: ClassVar = {
        "created_at": lambda row: formatting.timestamp(row.created_at),
        "status": lambda row: formatting.badge(row.status),
        "dispute": lambda row: formatting.badge(row.dispute) if row.dispute else "",
        "amount": lambda row: formatting.money(row.amount),
        "refunded": lambda row: formatting.money(row.refunded),
        "reference": lambda row: formatting.code(row.reference),
    }
    permissions: ClassVar = {"index_view": "payments.read", "details_view": "payments.read"}

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (
            choice("status", "Status", tuple(PaymentStatus)),
            choice("dispute", "Dispute", tuple(DisputeStatus)),
        )

    def fetch(self, query: ListQuery) -> Page[PaymentRow]:
        return self.back_office.queries.payments(query)

    def get_one(self, id: object) -> PaymentDetail | None:
        key = parse_integer(id)
        return None if key is None else self.back_office.queries.payment(PaymentId(key))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        payment: PaymentDetail = self.get_or_404()
        details = [
            ("Order", _order_link(payment)),
            ("Status", formatting.badge(payment.status)),
            ("Amount", formatting.money(payment.amount)),
            ("Captured", formatting.money(payment.captured)),
            ("Refunded (incl. pending)", formatting.money(payment.refunded)),
            ("Withheld for disputes", formatting.money(payment.withheld)),
            ("Remaining", formatting.money(payment.refundable)),
            ("Provider reference", formatting.code(payment.reference)),
            ("Error", formatting.or_dash(payment.failure)),
            ("Created", formatting.timestamp(payment.created_at)),
            ("Completed", formatting.timestamp(payment.settled_at)),
        ]
        return self.render(
            self.details_template,
            title=f"Payment of {payment.order_number}",
            details=details,
            disputes=payment.disputes,
        )


class RefundsView(ListView):
    row = RefundRow
    heading = "Refunds"
    search_placeholder = "Search by order number or provider reference"
    details_template = "back_office/refund.html"
    column_list = ("order_number", "requested_at", "status", "amount", "origin", "reason")
    column_labels: ClassVar = {
        "order_number": "Order",
        "requested_at": "Requested",
        "origin": "Source",
    }
    column_sortable_list = ("requested_at",)
    formatters: ClassVar = {
        "requested_at": lambda row: formatting.timestamp(row.requested_at),
        "status": lambda row: formatting.badge(row.status),
        "amount": lambda row: formatting.money(row.amount),
        "origin": lambda row: formatting.humanize(row.origin.name),
        "reason": lambda row: formatting.or_dash(row.reason),
    }
    permissions: ClassVar = {
        "index_view": "payments.read",
        "details_view": "payments.read",
        "retry": "refunds.resolve",
        "settle": "refunds.resolve",
        "supersede": "refunds.resolve",
    }
    provider_views: ClassVar = frozenset({"retry"})

    def build_filters(self, back_office: BackOffice) -> tuple[Filter, ...]:  # noqa: ARG002 (overridden)
        return (
            choice("status", "Status", tuple(RefundStatus)),
            choice(
                "origin",
                "Source",
                {origin.value: formatting.humanize(origin.name) for origin in RefundOrigin},
            ),
        )

    def fetch(self, query: ListQuery) -> Page[RefundRow]:
        return self.back_office.queries.refunds(query)

    def get_one(self, id: object) -> RefundDetail | None:
        key = parse_integer(id)
        return None if key is None else self.back_office.queries.refund(RefundId(key))

    @expose("/details/")
    def details_view(self) -> Any:  # noqa: ANN401 (Flask-Admin's own)
        return self._details(self.get_or_404())

    def _details(
        self,
        refund: RefundDetail,
        *,
        settle_form: SettleForm | None = None,
        supersede_form: SupersedeForm | None = None,
    ) -> Any:  # noqa: ANN401 (a page)
        details = [
            ("Order", _order_link(refund)),
            ("Status", formatting.badge(refund.status)),
            ("Amount", formatting.money(refund.amount)),
            ("Source", formatting.humanize(refund.origin.name)),
            ("Reason", formatting.or_dash(refund.reason)),
            ("Provider reference", formatting.code(refund.reference)),
            ("Error", formatting.or_dash(refund.failure)),
            ("Requested", formatting.timestamp(refund.requested_at)),
            ("Completed", formatting.timestamp(refund.settled_at)),
        ]
        if refund.needs_attention:
            details.append(("Refunded since", formatting.money(refund.refunded_since)))
        if refund.resolution is not None:
            details += [
                ("Resolution", _RESOLUTIONS[refund.resolution]),
                ("Resolution note", formatting.or_dash(refund.resolution_note)),
                ("Resolved", formatting.timestamp(refund.resolved_at)),
            ]
        return self.render(
            self.details_template,
            title=f"Refund of {refund.order_number}",
            details=details,
            key=refund.id,
            amount=refund.amount,
            settle_form=settle_form or SettleForm(None),
            supersede_form=supersede_form or SupersedeForm(None),
            can_resolve=refund.needs_attention and self.can("refunds.resolve"),
        )

    @expose("/retry/", methods=("POST",))
    def retry(self) -> Any:  # noqa: ANN401 (a redirect)
        submitted(ConfirmForm)
        refund: RefundRow = self.get_or_404()
        self.run_action(
            lambda: self.back_office.orders.retry_refund(
                RetryRefundCommand(actor=self.actor, refund_id=refund.id)
            ),
            success=f"The refund of order {refund.order_number} was requested again.",
        )
        return see_other(url_for("admin_orders.details_view", id=refund.order_id))

    @expose("/settle/", methods=("POST",))
    def settle(self) -> Any:  # noqa: ANN401 (a redirect)
        form = submitted(SettleForm)

        def settle(refund: RefundRow) -> None:
            self.back_office.orders.settle_refund(
                SettleRefundCommand(
                    actor=self.actor, refund_id=refund.id, reason=form.reason.data or ""
                )
            )

        return self._resolve(form, settle, "marked as settled", settle_form=form)

    @expose("/supersede/", methods=("POST",))
    def supersede(self) -> Any:  # noqa: ANN401 (a redirect)
        form = submitted(SupersedeForm)

        def supersede(refund: RefundRow) -> None:
            self.back_office.orders.supersede_refund(
                SupersedeRefundCommand(
                    actor=self.actor, refund_id=refund.id, reason=form.reason.data or ""
                )
            )

        return self._resolve(form, supersede, "closed", supersede_form=form)

    def _resolve(
        self,
        form: StaffForm,
        resolve: Callable[[RefundRow], None],
        result: str,
        **forms: Any,  # noqa: ANN401 (of `_details`)
    ) -> Any:  # noqa: ANN401 (a redirect)
        """Show the page again, with what was typed in `forms`, unless the refund is resolved."""
        refund: RefundRow = self.get_or_404()
        form.flash_errors()
        if not form.errors and self.run_action(
            lambda: resolve(refund),
            success=f"The refund of order {refund.order_number} was {result}.",
        ):
            return see_other(url_for("admin_refunds.details_view", id=refund.id))
        return self._details(self.get_or_404(), **forms)


def _order_link(row: PaymentRow | RefundRow) -> object:
    return formatting.link(url_for("admin_orders.details_view", id=row.order_id), row.order_number)
