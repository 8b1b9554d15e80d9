"""The back office's lists, its daily figures and the audit trail."""
