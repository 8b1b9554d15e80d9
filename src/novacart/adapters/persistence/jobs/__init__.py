"""What is due once in a while, and when it was last done."""
