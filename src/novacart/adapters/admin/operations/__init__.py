"""Dependencies, scheduled jobs, webhook events and outbox messages."""
