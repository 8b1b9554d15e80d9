"""Image store on the local disk."""
