"""Products, stock and categories."""
