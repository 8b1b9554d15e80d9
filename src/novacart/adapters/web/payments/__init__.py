"""Routes of payments, refunds and webhooks."""
