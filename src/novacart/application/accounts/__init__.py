"""Accounts: what people can do with theirs, and staff with others'."""
