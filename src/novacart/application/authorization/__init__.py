"""Roles, permissions and limits, checked inside use cases."""
