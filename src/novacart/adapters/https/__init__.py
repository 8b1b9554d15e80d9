"""Requests to other sites."""
