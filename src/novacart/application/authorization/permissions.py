"""Which role may do what: the one table of API and back office, denying what it does not name."""

from typing import Final

ROLES: Final = ("owner", "manager", "support", "catalog")

# `yes`, `-` for no, and `limit` for money up to the limit of the role.
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
orders.cancel        yes    yes      limit    -
orders.refund        yes    yes      limit    -
payments.read        yes    yes      yes      -
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

# Not in the table: the sign-in page, which is there for whoever is not signed in.
ANYONE: Final = "anyone"


def _read(table: str) -> dict[str, dict[str, str]]:
    header, *rows = (line.split() for line in table.strip().splitlines())
    return {name: dict(zip(header[1:], cells, strict=True)) for name, *cells in rows}


TABLE: Final = _read(_TABLE)


def allows(role: str, permission: str | None) -> bool:
    """Whether the role has the permission at all; a role or permission of no row has none."""
    return permission is not None and TABLE.get(permission, {}).get(role, "-") != "-"


def is_limited(role: str, permission: str) -> bool:
    """Whether the role has it for small amounts alone."""
    return TABLE.get(permission, {}).get(role) == "limit"
