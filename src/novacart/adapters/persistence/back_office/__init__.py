"""The back office's queries and sales figures, and the audit log."""
