"""Roles of users."""

from enum import StrEnum


class Role(StrEnum):
    """A customer, or one of four staff roles."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    CATALOG = "catalog"
    MANAGER = "manager"
    OWNER = "owner"

    @property
    def is_staff(self) -> bool:
        return self is not Role.CUSTOMER
