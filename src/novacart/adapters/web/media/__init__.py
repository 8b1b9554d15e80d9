"""Serves uploaded images."""
