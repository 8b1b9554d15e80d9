"""Stripe: payment gateway and webhook events."""
