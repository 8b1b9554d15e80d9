"""E-mails to customers about orders and refunds."""
