"""Routes of the wishlist."""
