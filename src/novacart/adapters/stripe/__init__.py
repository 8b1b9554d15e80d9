"""Stripe: the payment gateway, and the events that it sends."""
