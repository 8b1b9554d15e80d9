"""Templates and transports of e-mails."""
