"""Routes of products and categories."""
