"""What a person may do in the shop."""

from enum import StrEnum


class Role(StrEnum):
    """Customers shop. Staff run the shop: the owner all of it, the others their part."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    CATALOG = "catalog"
    MANAGER = "manager"
    OWNER = "owner"

    @property
    def is_staff(self) -> bool:
        return self is not Role.CUSTOMER
