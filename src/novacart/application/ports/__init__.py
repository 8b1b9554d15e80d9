"""Ports: what the application needs from adapters. One module each."""
