"""Tables, repository and queries of payments and webhook events."""
