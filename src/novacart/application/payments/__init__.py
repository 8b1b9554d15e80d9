"""What can happen to a payment. Whatever calls the provider commits its intent and key before."""
