"""What the shop's staff ask, and the trail that everybody's changes leave."""
