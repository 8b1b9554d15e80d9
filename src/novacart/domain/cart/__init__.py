"""What a customer means to buy."""
