"""What a person may do in the shop."""

from enum import StrEnum

from novacart.domain.shared.errors import InvalidValue


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

    @classmethod
    def parse(cls, text: str) -> "Role":
        """Raises `InvalidValue`."""
        try:
            return cls(text)
        except ValueError:
            raise InvalidValue("role", f"A role is one of {', '.join(cls)}.") from None
