"""Customers and staff."""
