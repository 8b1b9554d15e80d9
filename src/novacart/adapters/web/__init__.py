"""The v1 HTTP contract, on Flask."""
