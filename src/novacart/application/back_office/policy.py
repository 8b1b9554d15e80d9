"""What the shop's owner has settled about the back office."""

from dataclasses import dataclass

from novacart.application.authorization.limits import StaffLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOfficePolicy:
    """A product of which `low_stock` or fewer are available is shown as running out."""

    limits: StaffLimits
    low_stock: int = 5

    @property
    def currency(self) -> str:
        return self.limits.support.currency
