"""What customers are told by mail about their orders and their money."""
