"""Users, their passwords and tokens, and their address books."""
