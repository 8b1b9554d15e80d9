"""Use cases of accounts: registration, sign-in, passwords, roles and address books."""
