"""Mail: what it looks like, and the ways in which it leaves."""
