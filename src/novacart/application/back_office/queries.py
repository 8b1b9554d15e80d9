"""What staff ask of the shop: one port of many lists."""

from typing import Protocol

from novacart.application.back_office.accounts import AccountDetail, AccountRow
from novacart.application.back_office.catalogue import CategoryRow, ProductDetail, ProductRow
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.back_office.orders import OrderDetail, OrderRow
from novacart.application.back_office.outbox import OutboxRow
from novacart.application.back_office.payments import PaymentRow, RefundRow, WebhookEventRow
from novacart.application.ports.audit_log import AuditEntry
from novacart.domain.shared.ids import CategoryId, OrderId, PaymentId, ProductId, RefundId, UserId


class BackOfficeQueries(Protocol):
    """Lists page by keyset; whatever is asked for by its key is None where it is not there."""

    def products(self, request: ListRequest) -> Page[ProductRow]:
        """By `archived`, `category` (id), `brand` and `in_stock`.

        Sorted by `updated_at`, `title` or `price`.
        """
        ...

    def product(self, product_id: ProductId) -> ProductDetail | None: ...

    def categories(self, request: ListRequest) -> Page[CategoryRow]:
        """By `is_active`; sorted by `position`."""
        ...

    def category(self, category_id: CategoryId) -> CategoryRow | None: ...

    def orders(self, request: ListRequest) -> Page[OrderRow]:
        """By `status`, `payment_status`, `payment_method` and `user` (id).

        Also by `placed_from`, `placed_before`, `total_from` and `total_to`; sorted by
        `placed_at` or `total`. The search is for a number or an e-mail address.
        """
        ...

    def order(self, order_id: OrderId) -> OrderDetail | None: ...

    def payments(self, request: ListRequest) -> Page[PaymentRow]:
        """By `status`; sorted by `created_at`."""
        ...

    def payment(self, payment_id: PaymentId) -> PaymentRow | None: ...

    def refunds(self, request: ListRequest) -> Page[RefundRow]:
        """By `status`, `origin`; sorted by `requested_at`."""
        ...

    def refund(self, refund_id: RefundId) -> RefundRow | None: ...

    def webhook_events(self, request: ListRequest) -> Page[WebhookEventRow]:
        """By `state`; sorted by `received_at`."""
        ...

    def webhook_event(self, event_id: str) -> WebhookEventRow | None: ...

    def outbox(self, request: ListRequest) -> Page[OutboxRow]:
        """By `state`; sorted by `id`."""
        ...

    def outbox_message(self, message_id: int) -> OutboxRow | None: ...

    def customers(self, request: ListRequest) -> Page[AccountRow]:
        """By `is_active`; sorted by `created_at`."""
        ...

    def staff(self, request: ListRequest) -> Page[AccountRow]:
        """By `is_active`, `role`; sorted by `created_at`."""
        ...

    def person(self, user_id: UserId) -> AccountDetail | None: ...

    def audit(self, request: ListRequest) -> Page[AuditEntry]:
        """By `action`, `actor`, `subject`, `request_id`; sorted by `position`."""
        ...

    def audit_entry(self, position: int) -> AuditEntry | None: ...
