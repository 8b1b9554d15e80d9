"""Fake implementations of the ports, which pass the ports' contract suites."""
