"""Implementations of the ports, the HTTP API and the back office."""
