"""Emails to customers about orders and refunds."""
