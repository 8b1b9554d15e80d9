"""Settings of carts."""

from dataclasses import dataclass

from novacart.domain.cart.cart import QuantityLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class CartPolicy:
    """`max_per_line` is the largest quantity of one variant in a cart."""

    max_per_line: int

    def limits(self, orderable: int) -> QuantityLimits:
        """The limits of a line whose variant has `orderable` units for this customer."""
        return QuantityLimits(orderable=orderable, max_per_line=self.max_per_line)
