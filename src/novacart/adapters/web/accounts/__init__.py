"""Routes of registration, tokens, the profile and password resets."""
