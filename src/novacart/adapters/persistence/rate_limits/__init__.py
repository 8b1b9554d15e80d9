"""Counts of what was tried lately."""
