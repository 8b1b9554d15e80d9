"""Routes of a user's addresses and of postal codes."""
