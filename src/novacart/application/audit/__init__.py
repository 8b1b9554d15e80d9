"""Audit of the recorded data against the invariants of the shop."""
