"""Permissions of each staff role, used by the API and the admin."""

from typing import Final

from novacart.domain.accounts.role import Role

STAFF_ROLES: Final = (Role.OWNER, Role.MANAGER, Role.SUPPORT, Role.CATALOG)

# `yes`, `-` for no, and `limit` for amounts up to the role's limit.
_TABLE: Final = """
permission           owner  manager  support  catalog
dashboard.read       yes    yes      yes      yes
products.read        yes    yes      yes      yes
products.write       yes    yes      -        yes
products.files       yes    yes      -        yes
stock.write          yes    yes      -        yes
categories.read      yes    yes      yes      yes
categories.write     yes    yes      -        yes
orders.read          yes    yes      yes      -
orders.fulfil        yes    yes      -        -
orders.return        yes    yes      -        -
orders.cancel        yes    yes      limit    -
orders.refund        yes    yes      limit    -
payments.read        yes    yes      yes      -
refunds.resolve      yes    yes      -        -
webhooks.read        yes    yes      yes      -
webhooks.retry       yes    yes      -        -
outbox.read          yes    yes      -        -
outbox.retry         yes    yes      -        -
customers.read       yes    yes      yes      -
customers.disable    yes    yes      -        -
customers.reset      yes    yes      yes      -
staff.read           yes    -        -        -
staff.write          yes    -        -        -
audit.read           yes    yes      -        -
health.read          yes    yes      yes      yes
own.account          yes    yes      yes      yes
"""

# Permission of the pages that need no sign-in.
ANYONE: Final = "anyone"


def _read(table: str) -> dict[str, dict[Role, str]]:
    header, *rows = (line.split() for line in table.strip().splitlines())
    roles = [Role(name) for name in header[1:]]
    return {name: dict(zip(roles, cells, strict=True)) for name, *cells in rows}


PERMISSIONS: Final = _read(_TABLE)


def allows(role: Role, permission: str | None) -> bool:
    """Whether the role has the permission, with or without a limit.

    False for a customer and for a permission that is not in the table.
    """
    return permission is not None and PERMISSIONS.get(permission, {}).get(role, "-") != "-"


def is_limited(role: Role, permission: str) -> bool:
    """Whether the role has the permission only for amounts up to its limit."""
    return PERMISSIONS.get(permission, {}).get(role) == "limit"
