"""Customers and staff for staff."""

from typing import Any, Final

from sqlalchemy import Row, Select, func, or_, select

from novacart.adapters.persistence.accounts.tables import addresses, users
from novacart.adapters.persistence.back_office.keyset import Clause, ListDescription, equals, page
from novacart.adapters.persistence.back_office.orders import ORDERS, order_row
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.payments.tables import payments
from novacart.application.back_office.accounts import AccountDetail, AccountRow
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from novacart.domain.shared.money import Money

_RECENT: Final = 10
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


class SqlAccountsBackOffice:
    """`currency` is that of a sum of nothing."""

    def __init__(self, database: Database, currency: str) -> None:
        self._database = database
        self._currency = currency
        everybody = select(*_COLUMNS)
        self._customers = _described(everybody.where(users.c.role == Role.CUSTOMER.value))
        self._staff = _described(everybody.where(users.c.role != Role.CUSTOMER.value))

    def customers(self, request: ListRequest) -> Page[AccountRow]:
        return page(self._database, self._customers, request)

    def staff(self, request: ListRequest) -> Page[AccountRow]:
        return page(self._database, self._staff, request)

    def person(self, user_id: UserId) -> AccountDetail | None:
        counts = select(
            _count(orders.c.user_id == user_id).label("orders"),
            _count(addresses.c.user_id == user_id).label("addresses"),
            select(
                func.coalesce(func.sum(payments.c.captured_minor - payments.c.refunded_minor), 0)
            )
            .join_from(payments, orders, orders.c.id == payments.c.order_id)
            .where(orders.c.user_id == user_id)
            .scalar_subquery()
            .label("spent"),
        )
        recent = (
            ORDERS.where(orders.c.user_id == user_id)
            .order_by(orders.c.placed_at.desc(), orders.c.id.desc())
            .limit(_RECENT)
        )
        one: Select[*tuple[Any, ...]] = select(*_COLUMNS, users.c.password_changed_at).where(
            users.c.id == user_id
        )
        with self._database.reading() as connection:
            row = connection.execute(one).first()
            if row is None:
                return None
            counted = connection.execute(counts).one()
            return AccountDetail(
                **_person(row),
                password_changed_at=row.password_changed_at,
                orders=counted.orders,
                addresses=counted.addresses,
                spent=Money(int(counted.spent), self._currency),
                recent_orders=[order_row(order) for order in connection.execute(recent)],
            )


def _described(statement: Select[*tuple[Any, ...]]) -> ListDescription[AccountRow]:
    return ListDescription(
        statement=statement,
        key=users.c.id,
        sorts={"created_at": users.c.created_at},
        filters={"is_active": equals(users.c.is_active), "role": equals(users.c.role)},
        search=_matching,
        view=lambda row: AccountRow(**_person(row)),
    )


def _matching(typed: str) -> Clause:
    begun = typed.casefold()
    return or_(
        users.c.username_key.startswith(begun, autoescape=True),
        users.c.email_key.startswith(begun, autoescape=True),
    )


def _count(clause: Clause) -> Any:  # noqa: ANN401 (a scalar subquery of whichever table)
    return select(func.count()).where(clause).scalar_subquery()


def _person(row: Row[Any]) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in _COLUMNS}
