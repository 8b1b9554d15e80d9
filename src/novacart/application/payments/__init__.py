"""Payments and refunds. A request to the provider is sent after its key is committed."""
