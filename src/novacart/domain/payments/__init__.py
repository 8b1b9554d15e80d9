"""Payments, refunds and disputes: what was taken, what was given back, what is left."""
