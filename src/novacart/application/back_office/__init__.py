"""Read models, use cases and the audit log of the back office."""
