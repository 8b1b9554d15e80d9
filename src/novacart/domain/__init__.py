"""The rules of a shop, in the standard library alone."""
