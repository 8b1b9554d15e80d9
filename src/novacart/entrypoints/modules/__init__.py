"""One module for each feature: what it binds, and what it brings to the web and the worker."""
