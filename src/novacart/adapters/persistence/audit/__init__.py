"""Audit checks in SQL."""
