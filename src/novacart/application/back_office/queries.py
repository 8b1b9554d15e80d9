"""Query port of the back office's lists and detail pages."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from novacart.application.back_office.accounts import AccountDetail, AccountRow
from novacart.application.back_office.catalog import CategoryRow, ProductDetail, ProductRow
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.application.back_office.operations import OutboxRow, WebhookEventRow
from novacart.application.back_office.orders import OrderDetail, OrderRow
from novacart.application.back_office.payments import (
    PaymentDetail,
    PaymentRow,
    RefundDetail,
    RefundRow,
)
from novacart.application.back_office.stock_ledger import StockLedger
from novacart.application.ports.audit_log import AuditEntry
from novacart.domain.shared.ids import (
    CategoryId,
    OrderId,
    PaymentId,
    ProductId,
    RefundId,
    UserId,
    VariantId,
)


class BackOfficeQueries(Protocol):
    """Lists use keyset pagination. Methods that take an id return None if it does not exist."""

    def products(self, query: ListQuery) -> Page[ProductRow]:
        """Filters: `archived`, `category` (id), `brand`, `in_stock`.

        Sorts: `updated_at`, `title`, `price`.
        """
        ...

    def products_by_id(self, product_ids: Collection[int]) -> Sequence[ProductRow]:
        """Those of the products that exist, in any order."""
        ...

    def product(self, product_id: ProductId) -> ProductDetail | None: ...

    def stock_ledger(self, variant_id: VariantId, *, at: datetime, page: int = 1) -> StockLedger:
        """What moved the stock of a variant until a time. Pages of entries begin with 1."""
        ...

    def categories(self, query: ListQuery) -> Page[CategoryRow]:
        """Filter: `is_active`. Sort: `position`."""
        ...

    def category(self, category_id: CategoryId) -> CategoryRow | None: ...

    def category_tree(self) -> Sequence[CategoryRow]:
        """All categories: each before those in it, siblings by position, then by id."""
        ...

    def orders(self, query: ListQuery) -> Page[OrderRow]:
        """Search: order number or email address.

        Filters: `status`, `payment_status`, `payment_method`, `user` (id), `placed_from`,
        `placed_before`, `total_from`, `total_to`, `dispute` (its status). Sorts: `placed_at`,
        `total`.
        """
        ...

    def order(self, order_id: OrderId) -> OrderDetail | None: ...

    def payments(self, query: ListQuery) -> Page[PaymentRow]:
        """Filters: `status`, `dispute` (its status). Sort: `created_at`."""
        ...

    def payment(self, payment_id: PaymentId) -> PaymentDetail | None: ...

    def refunds(self, query: ListQuery) -> Page[RefundRow]:
        """Filters: `status`, `origin`. Sort: `requested_at`."""
        ...

    def refund(self, refund_id: RefundId) -> RefundDetail | None: ...

    def webhook_events(self, query: ListQuery) -> Page[WebhookEventRow]:
        """Filter: `state`. Sort: `received_at`."""
        ...

    def webhook_event(self, event_id: str) -> WebhookEventRow | None: ...

    def outbox(self, query: ListQuery) -> Page[OutboxRow]:
        """Filter: `state`. Sort: `id`."""
        ...

    def outbox_message(self, message_id: int) -> OutboxRow | None: ...

    def customers(self, query: ListQuery) -> Page[AccountRow]:
        """Filter: `is_active`. Sort: `created_at`."""
        ...

    def staff(self, query: ListQuery) -> Page[AccountRow]:
        """Filters: `is_active`, `role`. Sort: `created_at`."""
        ...

    def account(self, user_id: UserId) -> AccountDetail | None: ...

    def usernames(self, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        """Usernames by id, without users that do not exist and guests, who have none."""
        ...

    def audit_log(self, query: ListQuery) -> Page[AuditEntry]:
        """Filters: `action`, `actor`, `subject`, `request_id`, `security`. Sort: `position`."""
        ...

    def audit_entry(self, position: int) -> AuditEntry | None: ...
