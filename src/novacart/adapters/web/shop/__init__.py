"""Settings of the shop over HTTP."""
