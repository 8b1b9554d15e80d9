"""The outbox of committed events."""
