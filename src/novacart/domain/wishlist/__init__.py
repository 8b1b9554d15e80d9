"""The wishlist of a customer."""
