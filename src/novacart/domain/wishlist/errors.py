"""Errors of wishlists."""

from novacart.domain.shared.errors import DomainError


class NotOnWishlist(DomainError):
    code = "not_on_wishlist"

    def __init__(self) -> None:
        super().__init__("That product is not on your wishlist.")


class WishlistIsFull(DomainError):
    code = "wishlist_full"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A wishlist can hold at most {limit} products.", details={"limit": limit})
