"""Payments, refunds, disputes, and the events that the provider sent."""
