"""Repositories and queries of accounts in SQL."""
