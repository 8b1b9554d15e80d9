"""People: who they are, how they sign in, and where their parcels go."""
