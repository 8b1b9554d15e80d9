"""Staff sign-in, sessions and passwords."""
