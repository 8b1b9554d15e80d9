"""What was bought: orders, their lines, and everything that may become of them."""
