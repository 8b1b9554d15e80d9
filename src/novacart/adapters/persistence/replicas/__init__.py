"""Reads on streaming replicas."""
