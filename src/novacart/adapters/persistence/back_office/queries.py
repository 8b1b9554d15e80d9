"""`BackOfficeQueries` on SQLAlchemy."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from novacart.adapters.persistence.back_office.accounts import (
    CUSTOMERS,
    STAFF,
    account_detail,
    usernames,
)
from novacart.adapters.persistence.back_office.audit_log import AUDIT_LOG, entry_at
from novacart.adapters.persistence.back_office.catalog import (
    CATEGORIES,
    category_row,
    category_tree,
    product_detail,
    product_list,
    product_rows,
)
from novacart.adapters.persistence.back_office.list_page import list_page
from novacart.adapters.persistence.back_office.operations import (
    OUTBOX,
    WEBHOOK_EVENTS,
    outbox_row,
    webhook_event_row,
)
from novacart.adapters.persistence.back_office.orders import ORDER_LIST, order_detail
from novacart.adapters.persistence.back_office.payments import (
    PAYMENTS,
    REFUNDS,
    payment_detail,
    refund_detail,
)
from novacart.adapters.persistence.back_office.stock_ledger import stock_ledger
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
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


class SqlBackOfficeQueries:
    """`currency` is the shop's currency."""

    def __init__(self, database: Database, currency: str) -> None:
        self._database = database
        self._currency = currency
        self._product_list = product_list(database.dialect)

    def products(self, query: ListQuery) -> Page[ProductRow]:
        return list_page(self._database, self._product_list, query)

    def products_by_id(self, product_ids: Collection[int]) -> Sequence[ProductRow]:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return product_rows(connection, product_ids)

    def product(self, product_id: ProductId) -> ProductDetail | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return product_detail(connection, product_id)

    def stock_ledger(self, variant_id: VariantId, *, at: datetime, page: int = 1) -> StockLedger:
        with self._database.snapshot() as connection:
            return stock_ledger(connection, variant_id, at=at, page=page)

    def categories(self, query: ListQuery) -> Page[CategoryRow]:
        return list_page(self._database, CATEGORIES, query)

    def category(self, category_id: CategoryId) -> CategoryRow | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return category_row(connection, category_id)

    def category_tree(self) -> Sequence[CategoryRow]:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return category_tree(connection)

    def orders(self, query: ListQuery) -> Page[OrderRow]:
        return list_page(self._database, ORDER_LIST, query)

    def order(self, order_id: OrderId) -> OrderDetail | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return order_detail(connection, order_id)

    def payments(self, query: ListQuery) -> Page[PaymentRow]:
        return list_page(self._database, PAYMENTS, query)

    def payment(self, payment_id: PaymentId) -> PaymentDetail | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return payment_detail(connection, payment_id)

    def refunds(self, query: ListQuery) -> Page[RefundRow]:
        return list_page(self._database, REFUNDS, query)

    def refund(self, refund_id: RefundId) -> RefundDetail | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return refund_detail(connection, refund_id)

    def webhook_events(self, query: ListQuery) -> Page[WebhookEventRow]:
        return list_page(self._database, WEBHOOK_EVENTS, query)

    def webhook_event(self, event_id: str) -> WebhookEventRow | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return webhook_event_row(connection, event_id)

    def outbox(self, query: ListQuery) -> Page[OutboxRow]:
        return list_page(self._database, OUTBOX, query)

    def outbox_message(self, message_id: int) -> OutboxRow | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return outbox_row(connection, message_id)

    def customers(self, query: ListQuery) -> Page[AccountRow]:
        return list_page(self._database, CUSTOMERS, query)

    def staff(self, query: ListQuery) -> Page[AccountRow]:
        return list_page(self._database, STAFF, query)

    def account(self, user_id: UserId) -> AccountDetail | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return account_detail(connection, user_id, currency=self._currency)

    def usernames(self, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return usernames(connection, user_ids)

    def audit_log(self, query: ListQuery) -> Page[AuditEntry]:
        return list_page(self._database, AUDIT_LOG, query)

    def audit_entry(self, position: int) -> AuditEntry | None:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return entry_at(connection, position)
