"""Password hashing, password strength and signed tokens."""
