"""Benchmarks of the shop, beside a bare Flask route."""
