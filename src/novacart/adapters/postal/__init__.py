"""Bundled directory of Indian pincodes."""
