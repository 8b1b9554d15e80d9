"""Back office queries of customers and staff."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select

from novacart.adapters.persistence.accounts.tables import addresses, mfa_enrolments, users
from novacart.adapters.persistence.back_office.list_page import Clause, ListDescription, equals
from novacart.adapters.persistence.back_office.orders import ORDERS, order_row
from novacart.adapters.persistence.back_office.payments import WITHHELD
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.payments.tables import payments
from novacart.application.back_office.accounts import AccountDetail, AccountRow
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.username import login_key
from novacart.domain.shared.ids import UserId
from novacart.domain.shared.money import Money

_RECENT_ORDERS: Final = 10
_COLUMNS: Final = (
    users.c.id,
    users.c.username,
    users.c.email,
    users.c.first_name,
    users.c.last_name,
    users.c.role,
    users.c.is_active,
    users.c.created_at,
)

_IS_REGISTERED: Final = users.c.kind == "REGISTERED"


def account_detail(
    connection: Connection, user_id: UserId, *, currency: str
) -> AccountDetail | None:
    """`currency` is the currency of `spent`."""
    account: Select[*tuple[Any, ...]] = select(
        *_COLUMNS,
        users.c.password_changed_at,
        (users.c.password_hash != "").label("has_password"),
        users.c.email_verified_at,
        exists()
        .where(mfa_enrolments.c.user_id == user_id, mfa_enrolments.c.enabled_at.is_not(None))
        .label("mfa_enabled"),
    ).where(users.c.id == user_id, _IS_REGISTERED)
    row = connection.execute(account).first()
    if row is None:
        return None
    figures = connection.execute(
        select(
            _count(orders.c.user_id == user_id).label("orders"),
            _count(addresses.c.user_id == user_id).label("addresses"),
            _spent(user_id).label("spent"),
        )
    ).one()
    recent_orders = (
        ORDERS.where(orders.c.user_id == user_id)
        .order_by(orders.c.placed_at.desc(), orders.c.id.desc())
        .limit(_RECENT_ORDERS)
    )
    return AccountDetail(
        **_fields(row),
        has_password=bool(row.has_password),
        email_verified=row.email_verified_at is not None,
        mfa_enabled=bool(row.mfa_enabled),
        password_changed_at=row.password_changed_at,
        orders=figures.orders,
        addresses=figures.addresses,
        spent=Money(int(figures.spent), currency),
        recent_orders=[order_row(order) for order in connection.execute(recent_orders)],
    )


def usernames(connection: Connection, user_ids: Collection[UserId]) -> dict[UserId, str]:
    """Usernames by id, without users that do not exist and guests, who have none."""
    found = select(users.c.id, users.c.username).where(
        users.c.id.in_(sorted(user_ids)), users.c.username.is_not(None)
    )
    return {UserId(row.id): row.username for row in connection.execute(found)}


def _account_list(condition: Clause) -> ListDescription[AccountRow]:
    return ListDescription(
        statement=select(*_COLUMNS).where(condition, _IS_REGISTERED),
        key=users.c.id,
        sorts={"created_at": users.c.created_at},
        filters={"is_active": equals(users.c.is_active), "role": equals(users.c.role)},
        search=_search,
        to_row=lambda row: AccountRow(**_fields(row)),
    )


def _search(text: str) -> Clause:
    prefix = login_key(text)
    return or_(
        users.c.username_key.startswith(prefix, autoescape=True),
        users.c.email_key.startswith(prefix, autoescape=True),
    )


def _spent(user_id: UserId) -> ColumnElement[int]:
    """What the shop has of the user's payments, without what banks hold for disputes."""
    kept = payments.c.captured_minor - payments.c.refunded_minor - WITHHELD
    return (
        select(func.coalesce(func.sum(kept), 0))
        .join_from(payments, orders, orders.c.id == payments.c.order_id)
        .where(orders.c.user_id == user_id)
        .scalar_subquery()
    )


def _count(condition: Clause) -> ColumnElement[int]:
    return select(func.count()).where(condition).scalar_subquery()


def _fields(row: Row[Any]) -> dict[str, Any]:
    fields = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return fields | {"role": Role(row.role)}


CUSTOMERS: Final = _account_list(users.c.role == Role.CUSTOMER)
STAFF: Final = _account_list(users.c.role != Role.CUSTOMER)
