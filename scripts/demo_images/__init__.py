"""Flat illustrations for the demo catalogue, drawn by code alone."""
