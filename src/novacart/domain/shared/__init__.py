"""Building blocks of all features: money, ids, events and errors."""
