"""Use cases, their ports, and read models."""
