"""Rules over several aggregates."""
