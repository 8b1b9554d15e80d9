"""Files on this machine's own disk."""
