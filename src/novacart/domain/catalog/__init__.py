"""What the shop has to sell: products, categories and stock."""
