"""Orders: the aggregate, its lifecycles, events and errors."""
