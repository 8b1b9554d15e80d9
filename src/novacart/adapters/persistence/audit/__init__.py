"""The books of the shop, asked for contradictions."""
