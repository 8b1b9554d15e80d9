"""Staff sign-in and sessions."""
