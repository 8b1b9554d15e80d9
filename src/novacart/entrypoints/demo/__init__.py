"""The demo shop: a catalog, its images and a few accounts, all fictional."""
