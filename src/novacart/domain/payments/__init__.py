"""Payments with their refunds and disputes."""
