"""What the shop decides about carts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CartPolicy:
    """`max_per_line`: at most so many of one product."""

    max_per_line: int
