"""Rendering and sending of emails."""
